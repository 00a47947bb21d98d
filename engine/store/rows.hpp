#pragma once
/// Private to this layer: rows that more than one function writes. The caller has the transaction.

#include <cstdint>
#include <vector>

#include "store/point.hpp"
#include "sys/sqlite.hpp"

namespace ck::store {

Status add_tags(sys::Database& database, std::int64_t experiment, const model::Tags& tags);

/// `values` in the places of their keys, NaN in all others.
std::vector<double> arranged(const std::vector<double>& values,
                             const std::vector<std::size_t>& places);

/// With its outputs; `vector` is what `arranged` made of its metrics.
Status insert_repetition(sys::Database& database, std::int64_t point, const Repetition& repetition,
                         const std::vector<double>& vector);

}  // namespace ck::store
