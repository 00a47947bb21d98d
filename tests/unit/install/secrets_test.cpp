/// Secrets: which there are, their hashes, and texts without them.

#include "install/secrets.hpp"

#include <gtest/gtest.h>

#include "install/build_log.hpp"
#include "support/installation.hpp"

namespace ck::install {
namespace {

Scrubber scrubber(const Variables& values) {
  Scrubber made;
  for (const auto& [name, value] : values) made.add(name, value);
  return made;
}

TEST(Secrets, AreToldByTheirNames) {
  for (const auto* name : {"API_TOKEN", "db_password", "AWS_SESSION", "SSH_AUTH_SOCK", "X_KEY",
                           "GITHUB_PAT", "DB_PASS", "MYSQL_PWD", "SSHPASS", "GPG_PASS_PHRASE"})
    EXPECT_TRUE(is_secret_name(name)) << name;
  for (const auto* name : {"PATH", "CMD_KEY", "CK_DATASET_KEY", "AWS_DEFAULT_REGION", "KEYBOARD",
                           "PWD", "OLDPWD", "HTTPS_PROXY", "CPATH", "COMPASS", "I_MPI_PIN"})
    EXPECT_FALSE(is_secret_name(name)) << name;
}

TEST(Secrets, StandInUrls) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(credentials_in("http://u:pw@h:3128/x"), Texts{"u:pw"});
  EXPECT_EQ(credentials_in("see https://a:b@h, ftp://c:d@h."), (Texts{"a:b", "c:d"}));
  EXPECT_EQ(credentials_in("https://0123456789abcdef@h/x"), Texts{"0123456789abcdef"});
  for (const auto* none : {"", "u:pw@h", "http://h:80/a@b:c", "ssh://git@h/x", "http://u:@h/",
                           "http://h/?x=a:b@c", "git@h:x", "://", "http://@h"})
    EXPECT_EQ(credentials_in(none), Texts()) << none;
  EXPECT_TRUE(is_secret("HTTPS_PROXY", "http://u:pw@h/"));
  EXPECT_FALSE(is_secret("HTTPS_PROXY", "http://h/"));
  EXPECT_FALSE(is_secret("DB_PASS", ""));
}

TEST(Scrubber, KnowsTheCredentialsOfAUrlWhereverTheyStand) {
  const auto secrets = scrubber({{"PROXY", "http://user:long-password@h/"}});
  EXPECT_EQ(secrets.scrub("by http://user:long-password@h/: user:long-password, long-password, h"),
            "by ${secret:PROXY}: ${secret:PROXY}, ${secret:PROXY}, h");
}

TEST(Secrets, AreKeptAsHashesWithAKeyOfTheHome) {
  test::TemporaryHome first, second;
  const auto home = *catalog::Home::open(first.path());
  const auto other = *catalog::Home::open(second.path());
  const auto none = secrets_of({{"PATH", "/bin"}, {"API_TOKEN", ""}}, {}, home);
  ASSERT_OK(none);
  EXPECT_TRUE(none->empty());
  EXPECT_FALSE(fs::exists(home.root / "secrets.key")) << "made when the first is wanted";
  const Variables variables{{"API_TOKEN", "abcdef"}, {"PLAIN", "abcdef"}, {"REST", "x"}};
  const auto found = secrets_of(variables, {"PLAIN"}, home);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).hash, found->at(1).hash) << "can be compared";
  EXPECT_TRUE(found->at(0).hash.starts_with("hmac-sha256:"));
  EXPECT_NE(found->at(0).hash, secrets_of(variables, {}, other)->at(0).hash);
}

TEST(Scrubber, PutsTheNameInTheValuesPlace) {
  const auto secrets = scrubber({{"A", "horse"}, {"B", "horse-battery"}, {"C", "two\nlines"}});
  EXPECT_EQ(secrets.scrub("a horse, a horse-battery"), "a ${secret:A}, a ${secret:B}");
  EXPECT_EQ(secrets.scrub(R"({"text": "two\nlines"})"), R"({"text": "${secret:C}"})");
  EXPECT_EQ(secrets.scrub("hors"), "hors");
}

TEST(Scrubber, DoesNotLookForWhatWouldBeFoundEverywhere) {
  EXPECT_TRUE(scrubber({{"A", "yes"}}).empty());
}

TEST(Scrubber, DoesNotReadItsOwnWords) {
  EXPECT_EQ(scrubber({{"A", "secret"}, {"B", "{secret"}}).scrub("a secret {secret"),
            "a ${secret:A} ${secret:B}");
}

TEST(Scrubber, FindsWhatComesInPieces) {
  const auto secrets = scrubber({{"A", "correct-horse"}});
  const std::string text = "it is correct-horse, correct-hors and correct-horse";
  for (std::size_t size = 1; size < 8; ++size) {
    std::string held, out;
    for (std::size_t at = 0; at < text.size(); at += size) {
      held += text.substr(at, size);
      held.erase(0, secrets.scrub_piece(held, out));
    }
    out += secrets.scrub(held);
    EXPECT_EQ(out, "it is ${secret:A}, correct-hors and ${secret:A}") << size;
  }
}

TEST(Scrubber, FindsAValueInAFileWhereverItStands) {
  test::TemporaryHome folder;
  const auto secrets = scrubber({{"A", "correct-horse"}});
  const std::string filler((1u << 20) - 5, 'c');
  test::write_text(folder / "with", filler + "correct-horse" + filler);
  test::write_text(folder / "without", filler + "correct-hors" + filler);
  EXPECT_EQ(secrets.is_in(folder / "with").value_or(false), true);
  EXPECT_EQ(secrets.is_in(folder / "without").value_or(true), false);
  EXPECT_ERROR(secrets.is_in(folder / "missing"), not_found, "missing");
}

TEST(KnownSecrets, AreTakenOutOfWhateverTheCommandWrites) {
  test::Installation world;
  auto& context = world.context();
  EXPECT_EQ(scrubber_of(context, {{"MY_TOKEN", "battery"}, {"PLAIN", "horse"}})
                .scrub("horse battery staple"),
            "horse ${secret:MY_TOKEN} staple");
  context.secrets = std::make_shared<KnownSecrets>();
  context.secrets->add("GIVEN", "staple");
  EXPECT_EQ(scrubber_of(context).scrub("horse battery staple"), "horse battery ${secret:GIVEN}");
  EXPECT_EQ(context.secrets->value("GIVEN"), "staple");
  EXPECT_EQ(context.secrets->value("OTHER"), std::nullopt);
}

TEST(BuildLogOfSecrets, NeverHoldsAValueHoweverItIsPrinted) {
  test::TemporaryHome folder;
  auto log = *BuildLog::create(folder / "log");
  log.write("before\n");
  log.hide(scrubber({{"PIN", "correct-horse"}}));
  log.write("it is corr");
  log.write("ect-horse\nand corre");
  EXPECT_EQ(log.tail(), "before\nit is ${secret:PIN}\nand corre");
  log.note("host", std::nullopt);
  log.write("ct-horse");
  EXPECT_OK(log.close());
  const std::string text = test::read_text(folder / "log");
  EXPECT_EQ(text.find("correct-horse"), std::string::npos);
  EXPECT_TRUE(text.starts_with("before\nit is ${secret:PIN}\nand corre")) << text;
}

}  // namespace
}  // namespace ck::install
