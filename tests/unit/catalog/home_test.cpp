#include "catalog/home.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "support/temporary_home.hpp"

namespace ck::catalog {
namespace {

using Values = std::map<std::string, std::string>;

/// Sets variables of this process and puts them back.
class Variables {
 public:
  explicit Variables(const Values& values) {
    for (const char* name : {"CK_HOME", "XDG_DATA_HOME", "HOME"}) {
      const char* old = std::getenv(name);
      if (old != nullptr) old_[name] = old;
      const auto value = values.find(name);
      if (value == values.end()) {
        ::unsetenv(name);
      } else {
        ::setenv(name, value->second.c_str(), 1);
      }
    }
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  ~Variables() {
    for (const char* name : {"CK_HOME", "XDG_DATA_HOME", "HOME"}) {
      ::unsetenv(name);
      if (old_.count(name) > 0) ::setenv(name, old_[name].c_str(), 1);
    }
  }

 private:
  Values old_;
};

TEST(Home, MakesEveryFolderThatIsMissing) {
  const test::TemporaryHome folder;
  const auto home = Home::open(folder / "a/b");
  ASSERT_OK(home);
  for (const fs::path& path :
       {home->repositories(), home->downloads(), home->staging(), home->environments(),
        home->blobs(), home->logs(), home->work(), home->locks()}) {
    EXPECT_TRUE(fs::is_directory(path)) << path;
  }
  EXPECT_OK(Home::open(folder / "a/b"));
}

TEST(Home, TellsWhatToSetWhenItCannotBeMade) {
  const test::TemporaryHome folder;
  test::write_text(folder / "file", "");
  EXPECT_ERROR(Home::open(folder / "file/home"), io, "CK_HOME");
}

TEST(DefaultHome, PrefersCkHomeThenXdgThenHome) {
  const Values all = {{"CK_HOME", "/a/ck"}, {"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}};
  {
    const Variables set(all);
    EXPECT_EQ(default_home().value(), "/a/ck");
  }
  {
    const Variables set(Values{{"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}});
    EXPECT_EQ(default_home().value(), "/x/ck");
  }
  {
    const Variables set(Values{{"XDG_DATA_HOME", "relative"}, {"HOME", "/h"}});
    EXPECT_EQ(default_home().value(), "/h/.local/share/ck");
  }
}

TEST(DefaultHome, RefusesARelativeCkHomeAndNoHomeAtAll) {
  {
    const Variables set(Values{{"CK_HOME", "here"}});
    EXPECT_ERROR(default_home(), usage, "'here'");
  }
  {
    const Variables none(Values{});
    EXPECT_ERROR(default_home(), usage, "CK_HOME");
  }
}

}  // namespace
}  // namespace ck::catalog
