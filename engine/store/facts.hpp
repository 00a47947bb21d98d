#pragma once
/// What can be asked of a point beside its measured numbers.

#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "store/point.hpp"
#include "store/similar_documents.hpp"

namespace ck::store {

struct Fact {
  std::string name;
  std::variant<double, std::string> value;
};

/// Of the point itself: subject, state, created, ended, duration (seconds; times since 1970),
/// repetitions, replay_of. Of its document "ck.record/1", as far as it has them: command, profile,
/// ck_version, param.NAME, env.NAME (variables of the run), host.NAME, version.NAME (of what was
/// used), commit.REPOSITORY, compile.NAME (of the compilation of a CK program: md5_sum, obj_size …)
/// and choice.PATH of points recorded with Collective Knowledge. Names are unique; a text that is
/// exactly a number is one. A damaged document has no facts.
std::vector<Fact> facts_of(const Point& point);

/// The same of many points one after the other, sooner where their documents resemble each other.
class FactReader {
 public:
  std::vector<Fact> facts_of(const Point& point);

 private:
  SimilarDocuments documents_;
};

}  // namespace ck::store
