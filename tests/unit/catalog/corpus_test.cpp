#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "catalog/registrations.hpp"
#include "catalog_fixture.hpp"

namespace ck::catalog {
namespace {

/// Metadata of public CK repositories with what CK 2.6.4 finds in them; not part of a checkout.
fs::path corpus() { return fs::path(CK_SOURCE_DIR).parent_path() / "shared/ck-corpus"; }

class Corpus : public CatalogTest {
 protected:
  void SetUp() override {
    if (!fs::exists(corpus() / "expected/search_by_tags.json")) {
      GTEST_SKIP() << "the corpus of CK repositories is not at " << corpus();
    }
    for (const char* name :
         {"ck-autotuning", "ck-env", "ck-mlperf", "ctuning-datasets-min", "ctuning-programs"}) {
      const auto descriptor = read_repository_folder(corpus() / name);
      ASSERT_OK(descriptor);
      EXPECT_EQ(descriptor->name, name);
      Repository repository;
      repository.name = descriptor->name;
      repository.uid = descriptor->uid;
      repository.format = descriptor->format;
      repository.path = corpus() / name;
      repository.rank = static_cast<int>(repositories.size());
      repositories.push_back(repository);
    }
  }
};

TEST_F(Corpus, SearchFindsWhatCkFinds) {
  Catalog catalog = open();
  const auto expected =
      parse_json(test::read_text(corpus() / "expected/search_by_tags.json"), "expected");
  ASSERT_OK(expected);
  int queries = 0;
  for (const auto& [kind, by_tags] : expected->items()) {
    for (const auto& [tags, wanted] : by_tags.items()) {
      const auto found =
          catalog.search({{"", kind, ""}, model::TagQuery::parse(tags), std::nullopt});
      ASSERT_OK(found);
      Names names;
      for (const Component& one : *found) names.push_back(one.id.full_text() + ":" + one.id.uid);
      std::sort(names.begin(), names.end());
      EXPECT_EQ(names, wanted.get<Names>()) << kind << " --tags=" << tags;
      ++queries;
    }
  }
  EXPECT_GT(queries, 40);
}

TEST_F(Corpus, EveryEntryCanBeListedAndLoaded) {
  Catalog catalog = open();
  for (const BrokenComponent& one : catalog.broken()) {
    ADD_FAILURE() << one.file << ": " << test::text_of(one.error);
  }
  const auto all = catalog.search({});
  ASSERT_OK(all);
  EXPECT_GT(all->size(), 900u);
  for (const Component& one : *all) EXPECT_OK(catalog.load_document(one));
}

}  // namespace
}  // namespace ck::catalog
