#pragma once
/// Internal to the native reader: the parts of a descriptor. Each function reads its keys of
/// `object`, reports what is wrong to the document and returns what could be read.

#include "model/native_fields.hpp"

namespace ck::model::native {

Common read_common(Document& document, ObjectReader& object, const std::string& expected_name);

std::vector<Parameter> read_parameters(Document& document, ObjectReader& object);
std::vector<Dependency> read_dependencies(Document& document, ObjectReader& object);
/// What cannot be used together with the component, or with one of its variations.
std::vector<Exclusion> read_conflicts(Document& document, ObjectReader& object);
std::vector<VariationGroup> read_variations(Document& document, ObjectReader& object);
std::vector<Source> read_sources(Document& document, ObjectReader& object);
Build read_build(Document& document, ObjectReader& object);
Exports read_exports(Document& document, ObjectReader& object, Scope scope);
Check read_check(Document& document, ObjectReader& object);

/// All of the above but `read_common`.
Recipe read_recipe(Document& document, ObjectReader& object);

std::vector<Metric> read_metrics(Document& document, ObjectReader& object);
std::vector<Output> read_outputs(Document& document, ObjectReader& object);

Program read_program(Document& document, ObjectReader& object, Common common);
Package read_package(Document& document, ObjectReader& object, Common common);
Software read_software(Document& document, ObjectReader& object, Common common);
Script read_script(Document& document, ObjectReader& object, Common common);
Profile read_profile(Document& document, ObjectReader& object, Common common);

}  // namespace ck::model::native
