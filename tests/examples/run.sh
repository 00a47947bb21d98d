#!/bin/sh
# Runs an example as `examples/run` does, without a network: apt gets its packages from files.
#
#   tests/examples/run.sh EXAMPLE CK FOLDER-WITH-DEBS
#
# Ends with 77 (skipped) when a file is missing that ./bootstrap deps fetches.
set -eu
example=$1 ck=$2 debs=$3
root=$(cd "$(dirname "$0")/../.." && pwd)

skip() {
  echo "skipped: $*"
  exit 77
}
command -v apt-get >/dev/null || skip "there is no apt-get on this machine"
set -- "$debs"/*.deb
[ -f "$1" ] || skip "no .deb files in $debs; ./bootstrap deps fetches them"

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ck-apt.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/state/lists/partial" "$scratch/cache/archives/partial" "$scratch/repository"
: >"$scratch/status"
for deb; do
  cp "$deb" "$scratch/repository/"
  {
    dpkg-deb -f "$deb"
    echo "Filename: ./$(basename "$deb")"
    echo "Size: $(stat -c %s "$deb")"
    echo "SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)"
    echo
  } >>"$scratch/repository/Packages"
done
echo "deb [trusted=yes] copy:$scratch/repository ./" >"$scratch/sources.list"
cat >"$scratch/apt.conf" <<EOF
Dir::State "$scratch/state";
Dir::State::status "$scratch/status";
Dir::Cache "$scratch/cache";
Dir::Etc::SourceList "$scratch/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "";
EOF
APT_CONFIG=$scratch/apt.conf
CK=$ck
export APT_CONFIG CK
apt-get -qq update
"$root/examples/run" "$example"
