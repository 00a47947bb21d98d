#pragma once
/// The schema of `ck.sqlite`, one migration per shipped version. A shipped migration never changes.

#include <span>

#include "sys/sqlite.hpp"

namespace ck::store {

std::span<const sys::Migration> migrations();

}  // namespace ck::store
