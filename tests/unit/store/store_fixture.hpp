#pragma once
/// A store in a folder of its own, and short ways to fill it.

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"
#include "support/temporary_home.hpp"

namespace ck::store {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class StoreTest : public ::testing::Test {
 protected:
  fs::path file() const { return home_ / "ck.sqlite"; }

  Store open() const {
    auto store = Store::open(file(), home_ / "blobs");
    if (!store) throw std::runtime_error(test::text_of(store.error()));
    return std::move(*store);
  }

  /// A point of an experiment, still running.
  static Point begin(Store& store, const std::string& experiment, std::int64_t created_ns = 1000) {
    NewPoint wanted;
    wanted.experiment = experiment;
    wanted.tags = model::Tags({"demo"});
    wanted.subject = "program:hello";
    wanted.document = R"({"schema":"ck.record/1"})";
    wanted.created_ns = created_ns;
    auto point = store.begin_point(wanted);
    if (!point) throw std::runtime_error(test::text_of(point.error()));
    return std::move(*point);
  }

  static Repetition repetition(int number, std::vector<double> metrics) {
    Repetition repetition;
    repetition.number = number;
    repetition.ok = true;
    repetition.ending = "exited with 0";
    repetition.detail = "{}";
    repetition.metrics = std::move(metrics);
    return repetition;
  }

  /// Runs SQL beside the store, as something else on the machine would.
  void alter(std::string_view sql) const {
    auto database = sys::Database::open(file());
    ASSERT_OK(database);
    ASSERT_OK(database->execute(sql));
  }

  test::TemporaryHome home_;
};

inline MetricKey key(const std::string& name, const std::string& unit = "ns") {
  return {name, unit, "lower", "performance"};
}

}  // namespace ck::store
