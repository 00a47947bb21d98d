// Secrets: whatever is done with one, its value is in no file, record, lock or capsule.

#include <fstream>

#include "collective_fixture.hpp"
#include "sys/compress.hpp"

namespace ck::test {
namespace {

constexpr const char* kValue = "correct-horse-battery";

class Secrets : public CollectiveTest {
 protected:
  /// Whether the text stands below the folder: in files as they are, and in blobs unpacked.
  static std::string files_with(const fs::path& folder, const std::string& text) {
    std::string found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      const auto unpacked = sys::decompress(bytes);
      if (says(bytes, text) || (unpacked && says(*unpacked, text)))
        found += entry.path().string() + "\n";
    }
    return found;
  }

  std::string made_of(const CkResult& result) const {
    return result.out.substr(0, result.out.find('\n'));
  }

  /// A program with a parameter and a variable whose values nobody may know.
  void write_teller() {
    components.component("program", "teller", R"json("build": {"system": "none"},
      "parameters": {"pin": {"type": "string", "default": "", "secret": true}},
      "variables": {"LOGIN": ""}, "secrets": ["LOGIN"],
      "outputs": {"told": {"path": "told", "compare": "none"}},
      "commands": {"run": {"run": ["/bin/sh", "-c",
        "echo ${pin} $LOGIN | tee told; echo ${pin} >&2"]}})json");
    import();
  }
};

TEST_F(Secrets, OfAnInstallationReachItsScriptAndNothingElse) {
  repository.package("loader", "lib,loader",
                     "echo \"token $MY_TOKEN, pass $PHRASE, rest $REST\"\n"
                     "echo \"${#MY_TOKEN} ${#PHRASE}\" > \"$INSTALL_DIR/made\"\n");
  publish();
  const auto result = ck({"install", "package:loader", std::string("--env.MY_TOKEN=t-") + kValue,
                          std::string("--secret.PHRASE=p-") + kValue, "--env.REST=told"});
  ASSERT_TRUE(succeeds(result));
  const fs::path made = made_of(result);
  EXPECT_EQ(read_text(made / "made"), "23 23\n");
  EXPECT_EQ(files_with(home(), kValue), "");
  const std::string log = read_text(made / ".ck/log");
  EXPECT_TRUE(says(log, "token ${secret:MY_TOKEN}, pass ${secret:PHRASE}, rest told")) << log;
  const std::string inputs = read_text(made / ".ck/inputs");
  EXPECT_TRUE(says(inputs, "hmac-sha256:")) << inputs;
  EXPECT_TRUE(says(inputs, "\"REST\": \"told\"")) << inputs;
  // Another value is another environment, the same one the same.
  const auto same = ck({"install", "package:loader", std::string("--secret.MY_TOKEN=t-") + kValue,
                        std::string("--env.PHRASE=") + "other", "--env.REST=told"});
  ASSERT_TRUE(succeeds(same));
  EXPECT_NE(made_of(same), made.string());
}

TEST_F(Secrets, ThatAnInstallationWritesDownAreRefused) {
  repository.package("careless", "lib,careless", "echo \"$MY_TOKEN\" > \"$INSTALL_DIR/made\"\n");
  repository.package("failing", "lib,failing", "echo \"with $MY_TOKEN\" >&2\nexit 3\n");
  publish();
  const auto careless =
      ck({"install", "package:careless", std::string("--env.MY_TOKEN=") + kValue});
  EXPECT_TRUE(fails(careless, 1, "wrote the value of a secret into made"));
  const auto failing = ck({"install", "package:failing", std::string("--env.MY_TOKEN=") + kValue});
  EXPECT_TRUE(fails(failing, 1, "with ${secret:MY_TOKEN}"));
  EXPECT_FALSE(says(careless.err + failing.err, kValue)) << careless.err << failing.err;
  EXPECT_EQ(files_with(home(), kValue), "");
}

TEST_F(Secrets, ThatAComponentDeclaresAreKeptLikeThoseThatNamesTell) {
  write_teller();
  const auto result = ck({"run", "program:teller", std::string("--pin=") + kValue,
                          std::string("--env.LOGIN=me-") + kValue, "--record_uoa=told"});
  ASSERT_TRUE(succeeds(result));
  EXPECT_TRUE(says(result.out, kValue)) << "who runs it may see it";
  EXPECT_EQ(files_with(home(), kValue), "");
  const auto missing = ck("replay experiment:told");
  EXPECT_TRUE(says(missing.err, "--secret.")) << missing.err;
  const auto again = ck({"replay", "experiment:told", std::string("--secret.pin=") + kValue,
                         std::string("--secret.LOGIN=me-") + kValue});
  ASSERT_TRUE(succeeds(again));
  EXPECT_TRUE(says(again.out, "reproduced")) << again.out;
  EXPECT_EQ(files_with(home(), kValue), "");
  const auto planned = ck({"run", "program:teller", "--dry_run", "--json",
                           std::string("--pin=") + kValue, std::string("--env.LOGIN=") + kValue});
  ASSERT_TRUE(succeeds(planned));
  EXPECT_FALSE(says(planned.out, kValue)) << planned.out;
}

TEST_F(Secrets, StayAtHomeWhenARecordLeavesIt) {
  write_teller();
  ASSERT_TRUE(succeeds(ck({"run", "program:teller", std::string("--secret.MY_TOKEN=") + kValue,
                           std::string("--pin=") + kValue, "--record_uoa=told"})));
  const fs::path capsule = folder / "out/told.ckz";
  fs::create_directories(capsule.parent_path());
  ASSERT_TRUE(succeeds(ck("export experiment:told --out=" + capsule.string())));
  fs::create_directories(folder / "out/open");
  const auto opened =
      shell("tar -xf " + capsule.string() + " -C " + (folder / "out/open").string());
  EXPECT_EQ(opened.code, 0) << opened.output;
  ASSERT_TRUE(succeeds(ck("lock experiment:told --out=" + (folder / "out/lock").string())));
  const auto typed = ck({"lock", "program:teller", std::string("--env.MY_TOKEN=") + kValue,
                         std::string("--pin=") + kValue, std::string("--env.LOGIN=") + kValue});
  ASSERT_TRUE(succeeds(typed));
  EXPECT_FALSE(says(typed.out, kValue)) << typed.out;
  EXPECT_EQ(files_with(folder / "out", kValue), "");
}

TEST_F(Secrets, AreToldByMoreNamesAndByCredentialsInUrls) {
  components.program("caller", "echo \"$GITHUB_PAT $DB_PASS $HTTPS_PROXY\"",
                     R"("parameters": {"from": {"type": "string", "default": ""}})");
  import();
  const std::string proxy = std::string("http://me:p-") + kValue + "@127.0.0.1/";
  const auto result =
      ck({"run", "program:caller", std::string("--env.GITHUB_PAT=g-") + kValue,
          std::string("--env.DB_PASS=d-") + kValue, "--env.HTTPS_PROXY=" + proxy,
          "--from=https://me:f-" + std::string(kValue) + "@127.0.0.1/x", "--record_uoa=told"});
  ASSERT_TRUE(succeeds(result));
  EXPECT_EQ(result.out, std::string("g-") + kValue + " d-" + kValue + " " + proxy + "\n");
  fs::create_directories(folder / "out");
  ASSERT_TRUE(succeeds(ck("export experiment:told --out=" + (folder / "out/told.ckz").string())));
  const auto opened =
      shell("tar -xf " + (folder / "out/told.ckz").string() + " -C " + (folder / "out").string());
  EXPECT_EQ(opened.code, 0) << opened.output;
  EXPECT_EQ(files_with(home(), kValue), "");
  EXPECT_EQ(files_with(folder / "out", kValue), "");
  const auto again =
      ck({"replay", "experiment:told", std::string("--secret.GITHUB_PAT=g-") + kValue,
          std::string("--secret.DB_PASS=d-") + kValue, "--secret.HTTPS_PROXY=" + proxy,
          "--secret.from=https://me:f-" + std::string(kValue) + "@127.0.0.1/x"});
  EXPECT_TRUE(succeeds(again));
  EXPECT_EQ(files_with(home(), kValue), "");
}

TEST_F(Secrets, AreNotVaried) {
  write_teller();
  const std::string two = std::string("a-") + kValue + ",b-" + kValue;
  for (const std::string axis :
       {"env.MY_TOKEN", "env.LOGIN", "pin", "env.DB_PASS", "env.GITHUB_PAT"}) {
    for (const std::string verb : {"benchmark", "explore"}) {
      const auto refused = ck({verb, "program:teller", "--param." + axis + "=" + two});
      EXPECT_TRUE(fails(refused, 2, "--param." + axis + ": its values are secrets")) << verb;
      EXPECT_FALSE(says(refused.err, kValue)) << refused.err;
    }
  }
  const auto url = ck({"benchmark", "program:teller",
                       std::string("--param.env.FROM=http://h/,http://me:") + kValue + "@h/"});
  EXPECT_TRUE(fails(url, 2, "--param.env.FROM: its values are secrets"));
  EXPECT_EQ(files_with(home(), kValue), "");
}

TEST_F(Secrets, AreForPackagesThatTakeVariables) {
  components.package("plain", "true");
  import();
  EXPECT_TRUE(fails(ck("install package:plain --secret.X=abcdef"), 2,
                    "only packages of Collective Knowledge take variables"));
}

TEST_F(Secrets, ThatABuildWouldUseAreAnErrorOfTheComponent) {
  components.component("program", "wrong", R"json(
      "parameters": {"pin": {"type": "string", "default": "", "secret": true}},
      "build": {"system": "commands", "commands": [{"run": ["/bin/sh", "-c", "echo ${pin}"]}]},
      "commands": {"run": {"run": ["/bin/true"]}})json");
  import();
  EXPECT_TRUE(fails(ck("run program:wrong --pin=abcdef"), 1, "is secret, and its build uses it"));
}

}  // namespace
}  // namespace ck::test
