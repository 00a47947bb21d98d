#pragma once
/// A workbench on a repository in Collective Knowledge's format that a test writes.

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/sha256.hpp"
#include "collective/workbench.hpp"
#include "support/collective_repository.hpp"
#include "support/component_writer.hpp"
#include "support/installation.hpp"

namespace ck::collective {

class WorkbenchTest : public testing::Test {
 protected:
  WorkbenchTest() {
    add_repository("core", CK_SOURCE_DIR, model::RepositoryDescriptor::Format::native, 1000);
    add_repository("public", repository.folder(), model::RepositoryDescriptor::Format::ck, 1);
  }

  void SetUp() override {
    if (test::find_program("python3").empty()) GTEST_SKIP() << "hooks need python3";
  }

  void add_repository(const std::string& name, const fs::path& path,
                      model::RepositoryDescriptor::Format format, int rank) {
    catalog::Repository added;
    added.name = name;
    added.uid = sha256_hex("repository " + name).substr(0, 16);
    added.format = format;
    added.path = path;
    added.rank = rank;
    world.repositories.push_back(added);
  }

  /// Made when it is first asked for: what is written later is not seen.
  Workbench& bench() {
    if (!bench_) {
      auto opened = Workbench::open(world.context(), world.profile, wishes);
      if (!opened) throw std::runtime_error(test::text_of(opened.error()));
      bench_.emplace(std::move(*opened));
    }
    return *bench_;
  }

  /// What was written since is seen.
  void reopen() { bench_.reset(); }

  catalog::Component entry(const std::string& kind, const std::string& name) {
    auto found = bench().find(kind, name);
    EXPECT_OK(found);
    return found.value_or(catalog::Component{});
  }

  test::Installation world;
  test::CollectiveRepository repository{world.folder / "public", "public"};
  Wishes wishes;

 private:
  std::optional<Workbench> bench_;
};

}  // namespace ck::collective
