#pragma once
// Random numbers that are the same on every machine and with every library: SplitMix64. One thread.

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace musubi::population {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    double real() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  ///< [0, 1)
    bool chance(double probability) { return real() < probability; }
    int between(int low, int high) {  ///< both included
        return low + static_cast<int>(real() * (high - low + 1));
    }
    std::size_t index(std::size_t size) {
        return static_cast<std::size_t>(real() * static_cast<double>(size));
    }
    template <class T>
    T const& of(std::vector<T> const& values) {
        return values[index(values.size())];
    }
    /// Position by weight.
    std::size_t weighted(std::initializer_list<double> weights) {
        double total = 0;
        for (double w : weights) total += w;
        double at = real() * total;
        std::size_t i = 0;
        for (double w : weights) {
            if (at < w || i + 1 == weights.size()) return i;
            at -= w;
            ++i;
        }
        return i;
    }

private:
    std::uint64_t state_;
};

}  // namespace musubi::population
