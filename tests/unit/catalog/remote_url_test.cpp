#include "catalog/remote_url.hpp"

#include <gtest/gtest.h>

#include "support/temporary_home.hpp"

namespace ck::catalog {
namespace {

TEST(RemoteUrl, AcceptsTheFormsThatGitUsersType) {
  for (const char* url : {"https://example.org/a/b", "http://127.0.0.1:8080/a.git",
                          "ssh://git@example.org:22/a", "git@example.org:a/b.git",
                          "file:///srv/git/a", "/srv/git/a", "https://user:word@example.org/a"}) {
    EXPECT_OK(check_remote_url(url)) << url;
  }
}

TEST(RemoteUrl, RefusesWhatCouldRunSomethingOrIsNoUrl) {
  for (const char* url :
       {"", "-u", "--upload-pack=touch /tmp/x", "ext::sh -c id", "fd::1", "relative/path", "../up",
        "git@-oProxyCommand=id:x", "git@host:-x", "ssh://-oProxyCommand=id/x",
        "ssh://git@-oProxyCommand=id/x", "https:///x", "https://a b/c", "https://a/\nb", "a:b",
        "file://", "git@host::x", "javascript:alert(1)", "/a\\b"}) {
    EXPECT_ERROR(check_remote_url(url), invalid, "https://") << url;
  }
  EXPECT_ERROR(check_remote_url("https://" + std::string(3000, 'a')), invalid, "no address");
}

TEST(RemoteUrl, ShowsNoPasswordInErrors) {
  const auto refused = check_remote_url("gopher://me:secret@example.org/a");
  ASSERT_FALSE(refused);
  EXPECT_EQ(test::text_of(refused.error()).find("secret"), std::string::npos);
}

TEST(RemoteUrl, DropsCredentials) {
  EXPECT_EQ(without_credentials("https://me:secret@example.org/a"), "https://example.org/a");
  EXPECT_EQ(without_credentials("https://token@example.org/a@b"), "https://example.org/a@b");
  EXPECT_EQ(without_credentials("ssh://git:secret@example.org/a"), "ssh://git@example.org/a");
  EXPECT_EQ(without_credentials("ssh://git@example.org/a"), "ssh://git@example.org/a");
  EXPECT_EQ(without_credentials("git@example.org:a"), "git@example.org:a");
  EXPECT_EQ(without_credentials("/a@b/c"), "/a@b/c");
}

TEST(RemoteUrl, ComparesRemotesWithoutTheirSpelling) {
  EXPECT_TRUE(is_same_remote("https://x/a.git/", "https://me:s@x/a"));
  EXPECT_TRUE(is_same_remote("file:///srv/a", "/srv/a.git"));
  EXPECT_FALSE(is_same_remote("https://x/a", "https://x/b"));
  EXPECT_FALSE(is_same_remote("", ""));
}

}  // namespace
}  // namespace ck::catalog
