#include "collective/sourced_files.hpp"

#include "support/temporary_home.hpp"

namespace ck::collective {
namespace {

using Texts = std::vector<std::string>;

TEST(SourcedFiles, AreFoundWhereverACommandMayStand) {
  EXPECT_EQ(sourced_files(". /a/b.sh 1\n. \"/with blank/c.sh\" intel64\n"),
            (Texts{"/a/b.sh", "/with blank/c.sh"}));
  EXPECT_EQ(sourced_files("source '/a';. /b&& . -- /c || { . /d; }"),
            (Texts{"/a", "/b", "/c", "/d"}));
  EXPECT_EQ(sourced_files("if [ -f /a ]; then . /a; else command . /b; fi\n(. /c)\nX=1 . /d"),
            (Texts{"/a", "/b", "/c", "/d"}));
  EXPECT_EQ(sourced_files("\t . /a\\ b\\\nc >/dev/null 2>&1\n"), Texts{"/a b\nc"});
  EXPECT_EQ(sourced_files(". \"$DIR/a\" \n. ${DIR}/b\n. ./c"),
            (Texts{"$DIR/a", "${DIR}/b", "./c"}));
}

TEST(SourcedFiles, AreNotSeenWhereThereIsNoCommand) {
  for (const auto* script :
       {"", "# . /a\n", "echo . /a", "export X=\"; . /a\"", "X='. /a'", "cd .; ls . /a", ". ",
        "echo 'open . /a", ".", "export PATH=/a:. \n"}) {
    EXPECT_EQ(sourced_files(script), Texts{}) << script;
  }
}

TEST(SourcedFiles, MustBeWritableForNobodyElse) {
  const test::TemporaryHome folder;
  const fs::path file = folder / "a b/vars.sh";
  const fs::path known = folder / "bin/known.sh";
  test::write_text(file, "");
  test::write_text(known, "");
  const std::string script = "export X=1\n. \"" + file.string() + "\" 1\n";
  EXPECT_OK(check_sourced_files(script, {}, known));
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_ERROR(check_sourced_files(script, {}, known), denied, "env.sh would load");
  EXPECT_OK(check_sourced_files(script, {file}, known)) << "one of the engine's own";
  fs::remove(file);
  EXPECT_OK(check_sourced_files(script, {}, known));
  fs::permissions(folder / "a b", fs::perms::all);
  EXPECT_ERROR(check_sourced_files(script, {}, known), denied, "a b/vars.sh");
}

TEST(SourcedFiles, OfWhichOnlyTheShellKnowsThePlaceLieBesideWhatIsKnown) {
  const test::TemporaryHome folder;
  const fs::path known = folder / "bin/known.sh";
  test::write_text(known, "");
  EXPECT_OK(check_sourced_files(". $DIR/a\n. ./shrc\n", {}, known));
  fs::permissions(folder / "bin", fs::perms::all);
  EXPECT_ERROR(check_sourced_files(". $DIR/a\n", {}, known), denied, "known.sh");
  EXPECT_ERROR(check_sourced_files("cd /; . ./shrc\n", {}, known), denied, "known.sh");
  EXPECT_OK(check_sourced_files("export X=$DIR/a\n", {}, known));
}

}  // namespace
}  // namespace ck::collective
