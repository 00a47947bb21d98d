#!/bin/sh
# usage: split.sh DIGITS.CSV.GZ FOLDER
#
# Writes FOLDER/digits.csv (1,797 lines: 64 pixels from 0 to 16, then the label), and its lines
# divided into train.csv (397) and test.csv (1,400). Neighbouring lines come from the same writer, so
# the training lines are spread evenly over the file: line n is one of them when
# floor(n * 397 / 1797) differs from floor((n - 1) * 397 / 1797).
set -eu
export LC_ALL=C

archive=$1
folder=$2
mkdir -p "$folder"
gzip -dc "$archive" >"$folder/digits.csv"
: >"$folder/train.csv"
: >"$folder/test.csv"
awk -v train="$folder/train.csv" -v test="$folder/test.csv" '
  NF {
    ++n
    chosen = int(n * 397 / 1797) != int((n - 1) * 397 / 1797)
    print >(chosen ? train : test)
  }
' "$folder/digits.csv"

lines=$(wc -l <"$folder/train.csv"):$(wc -l <"$folder/test.csv")
if [ "$lines" != 397:1400 ]; then
  echo "split.sh: expected 397 training and 1400 test images, got $lines" >&2
  exit 1
fi
