#pragma once

#include "layers.hpp"

#include <digits/images.hpp>
#include <functional>
#include <string_view>
#include <vector>

namespace train {

/// A chain of layers from an 8x8 image to ten scores.
struct Network {
  std::vector<Layer> layers;
};

/// The names that make_network() knows.
inline constexpr std::string_view kArchitectures[] = {"mlp16", "mlp64", "cnn4", "cnn16"};

/// A network with random weights: mlpN has one hidden layer of N units; cnn4 has one convolution
/// with 4 kernels, cnn16 two with 16 and 32. Throws std::invalid_argument for any other name.
Network make_network(std::string_view architecture, Random& random);

struct Schedule {
  std::size_t epochs = 1;
  std::size_t batch = 16;
  float rate = 0.005F;   ///< of Adam, falling linearly to 0 over the epochs
  float decay = 0.001F;  ///< of the weights, decoupled, relative to the rate
};

/// The epochs and rates that suit an architecture.
Schedule default_schedule(std::string_view architecture);

/// Trains in place. `after_epoch` gets the number of the epoch just done and the share of the
/// training images that were classified correctly in it.
void train(Network& network, const digits::Images& images, const Schedule& schedule, Random& random,
           const std::function<void(std::size_t, double)>& after_epoch);

}  // namespace train
