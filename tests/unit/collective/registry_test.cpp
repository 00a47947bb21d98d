#include "collective/registry.hpp"

#include "collective/package.hpp"
#include "collective/resolver.hpp"
#include "collective/software.hpp"
#include "workbench_fixture.hpp"

namespace ck::collective {
namespace {

class RegistryTest : public WorkbenchTest {
 protected:
  Registered detect(const std::string& name = "frob") {
    wishes.search_folders = {world.folder / "opt"};
    auto found = detect_software(entry("soft", name), {}, bench());
    EXPECT_OK(found);
    if (!found || !found->registered) throw std::runtime_error("nothing was detected");
    return *found->registered;
  }

  Registry registry() {
    auto opened = Registry::open(bench().context());
    EXPECT_OK(opened);
    return *opened;
  }

  std::size_t matching(const std::vector<std::string>& tags, VersionParts from = {}) {
    Need need;
    need.tags = tags;
    if (!from.empty()) need.from = from;
    return registry().matching(need)->size();
  }

  fs::path tool(const std::string& version) const {
    const fs::path file = world.folder / "opt" / version / "bin/frob";
    test::write_tool(file, version);
    return file;
  }
};

TEST_F(RegistryTest, FindsByTagsVersionAndId) {
  repository.tool("frob");
  tool("1.2");
  const auto registered = detect();
  EXPECT_EQ(registered.version(), (VersionParts{1, 2}));
  EXPECT_EQ(matching({"tool", "frob"}), 1U);
  EXPECT_EQ(matching({"tool", "other"}), 0U);
  EXPECT_EQ(matching({"tool"}, {1, 2}), 1U);
  EXPECT_EQ(matching({"tool"}, {1, 3}), 0U);
  EXPECT_TRUE((*registry().by_id(registered.id())).has_value());
  EXPECT_TRUE((*registry().by_id(registered.uid())).has_value());
  EXPECT_FALSE((*registry().by_id("")).has_value());
  EXPECT_FALSE((*registry().by_id("0000000000000000")).has_value());
}

TEST_F(RegistryTest, WhatChangedOrWentSinceIsLeftOut) {
  repository.tool("frob");
  const fs::path file = tool("1.2");
  detect();
  ASSERT_EQ(matching({"frob"}), 1U);
  test::write_tool(file, "1.3");
  EXPECT_EQ(matching({"frob"}), 0U);
  EXPECT_EQ(detect().environment.record.version, "1.3");
  EXPECT_EQ(matching({"frob"}), 1U);
  fs::remove(file);
  EXPECT_EQ(matching({"frob"}), 0U);
}

TEST_F(RegistryTest, AHomeThatIsDamagedIsNoCrash) {
  repository.tool("frob");
  tool("1.2");
  const auto registered = detect();
  const fs::path description = description_file(registered.folder);
  fs::permissions(registered.folder, fs::perms::owner_all);
  fs::permissions(description, fs::perms::owner_all);
  test::write_text(description, "{ broken");
  Need need;
  need.tags = {"frob"};
  EXPECT_ERROR(registry().matching(need), invalid, "ck-env.json");
  fs::remove(description);
  EXPECT_EQ(matching({"frob"}), 0U);
}

TEST_F(RegistryTest, AStampTellsOneFileFromAnother) {
  const fs::path file = tool("1.2");
  const auto before = stamp_of(file);
  EXPECT_EQ(stamp_of(file), before);
  EXPECT_EQ(stamp_of(world.folder / "none"), "");
  test::write_tool(world.folder / "other", "1.2");
  fs::rename(world.folder / "other", file);
  EXPECT_NE(stamp_of(file), before);
}

TEST_F(RegistryTest, AVersionCommandThatLoopsIsStopped) {
  repository.tool("frob");
  test::write_executable(world.folder / "opt/9/bin/frob", "#!/bin/sh\nwhile :; do :; done\n");
  tool("1.2");
  world.profile.limits.timeout_seconds = 1;
  EXPECT_EQ(detect().environment.record.version, "1.2");
}

TEST_F(RegistryTest, NeedsTakeWhatIsRegisteredThenWhatIsFound) {
  repository.tool("frob");
  tool("1.2");
  wishes.search_folders = {world.folder / "opt"};
  const Json needs = {{"f", {{"tags", "tool,frob"}, {"local", "yes"}}}};
  auto first = resolve_needs(needs, Json::object(), {}, bench());
  ASSERT_OK(first);
  EXPECT_EQ(first->find("f")->reason, "found on this machine");
  auto second = resolve_needs(needs, Json::object(), {}, bench());
  ASSERT_OK(second);
  EXPECT_EQ(second->find("f")->reason, "registered");
  EXPECT_EQ(second->ids(), first->ids());

  const Json kept = {{"deps", dependencies_to_keep(needs, *second)}};
  const auto again = kept_resolution(kept, bench());
  ASSERT_OK(again);
  EXPECT_EQ(again->ids(), first->ids());
  const auto hooks = dependencies_for_hooks(needs, *second, bench());
  ASSERT_OK(hooks);
  EXPECT_EQ((*hooks)["f"]["ver"], "1.2");
  EXPECT_TRUE((*hooks)["f"]["dict"]["customize"].is_object());
}

TEST_F(RegistryTest, WhatIsAddedIsResolvedAfterWhatWas) {
  repository.tool("frob");
  repository.tool("nicate");
  tool("1.2");
  test::write_tool(world.folder / "opt/1/bin/nicate", "3");
  wishes.search_folders = {world.folder / "opt"};
  const Json written = {{"f", {{"tags", "tool,frob"}}}};
  auto first = resolve_needs(written, Json::object(), {}, bench());
  ASSERT_OK(first);
  // One that is resolved already stays as it is, whatever a hook made of it.
  const Json added = {{"f", {{"tags", "no,such"}}},
                      {"n", {{"tags", "tool,nicate"}}},
                      {"never", {{"tags", "no,such"}, {"skipped", "yes"}}}};
  const auto all = resolve_added(added, Json::object(), {}, *first, bench());
  ASSERT_OK(all);
  ASSERT_EQ(all->needs.size(), 2U);
  EXPECT_EQ(all->needs[0].environment.id(), first->needs[0].environment.id());
  EXPECT_EQ(all->needs[1].need.key, "n");
  EXPECT_EQ(all->needs[1].environment.environment.record.version, "3");
  const Json wrong = {{"odd", {{"tags", "no,such"}}}};
  EXPECT_ERROR(resolve_added(wrong, Json::object(), {}, *first, bench()), not_found,
               "dependency 'odd'");
}

TEST_F(RegistryTest, APinThatIsGoneIsAnErrorAndOneOfARepositoryIsNot) {
  repository.tool("frob");
  tool("1.2");
  wishes.search_folders = {world.folder / "opt"};
  const Json needs = {{"f", {{"tags", "frob"}, {"uoa", "ffffffffffffffff"}}}};
  EXPECT_OK(resolve_needs(needs, Json::object(), {}, bench()));
  wishes.presets = {{"f", "eeeeeeeeeeeeeeee"}};
  reopen();
  EXPECT_ERROR(resolve_needs(needs, Json::object(), {}, bench()), not_found, "eeeeeeeeeeeeeeee");
}

TEST_F(RegistryTest, SoftwareThatNeedsItselfIsNoEndlessSearch) {
  repository.tool("frob", R"("deps": {"self": {"tags": "tool,frob"}})");
  tool("1.2");
  wishes.search_folders = {world.folder / "opt"};
  EXPECT_ERROR(detect_software(entry("soft", "frob"), {}, bench()), not_found,
               "no package has the tags");
}

TEST_F(RegistryTest, TheHigherVersionIsPreferredUnlessTheOldOrderIsAskedFor) {
  // Two kinds of software with a common tag: the original goes by name before version.
  for (const auto* name : {"zeta", "alpha"})
    repository.tool(name, R"("tags": ["common", ")" + std::string(name) + R"("])");
  test::write_tool(world.folder / "opt/1/bin/zeta", "1.0");
  test::write_tool(world.folder / "opt/1/bin/alpha", "2.0");
  wishes.search_folders = {world.folder / "opt"};
  const Json needs = {{"k", {{"tags", "common"}}}};
  const auto ours = resolve_needs(needs, Json::object(), {}, bench());
  ASSERT_OK(ours);
  EXPECT_EQ(ours->find("k")->environment.environment.record.component.name, "alpha");
  wishes.order = Order::ck;
  reopen();
  const auto old = resolve_needs(needs, Json::object(), {}, bench());
  ASSERT_OK(old);
  EXPECT_EQ(old->find("k")->environment.environment.record.component.name, "zeta");
}

}  // namespace
}  // namespace ck::collective
