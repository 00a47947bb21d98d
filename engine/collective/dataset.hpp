#pragma once
/// Which dataset a command runs on (CK_FORMAT 9.2, 13).

#include <string>

#include "collective/run_command.hpp"
#include "collective/workbench.hpp"

namespace ck::collective {

struct DatasetWish {
  std::string name;  ///< --dataset_uoa
  std::string file;  ///< --dataset_file
};

struct ChosenDataset {
  catalog::Component component;
  Dataset dataset;
  std::string content;  ///< hash of the entry
};

/// The dataset that is named, else the only one with the command's tags. With several, the first by
/// name is taken and `others` are told; `not_found` lists what has the tags. A file that the
/// dataset does not have is a `usage` error listing those it has.
Result<ChosenDataset> choose_dataset(const std::vector<std::string>& tags, const DatasetWish& wish,
                                     Workbench& bench);

}  // namespace ck::collective
