#pragma once
/// What to type where a choice goes against what a parameter asks for. Internal to app.

#include <string>
#include <vector>

#include "install/context.hpp"
#include "install/resolver.hpp"

namespace ck::app {

/// "give --model=mlp16: then 'weights' asks for model:mlp16" for each choice of the command line
/// that a dependency would ask for with another value of a parameter or variation.
Result<std::vector<std::string>> options_for_pins(const model::Recipe& recipe,
                                                  const model::Values& values,
                                                  const std::vector<solve::Pin>& pins,
                                                  install::Context& context);

}  // namespace ck::app
