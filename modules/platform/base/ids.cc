#include "platform/base/ids.h"

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <sys/random.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace musubi {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One system call for a few hundred ids instead of one each.
class RandomPool {
public:
    void take(std::uint8_t* out, std::size_t size) {
        while (size > 0) {
            if (used_ == sizeof pool_) refill();
            std::size_t const n = std::min(size, sizeof pool_ - used_);
            std::memcpy(out, pool_ + used_, n);
            std::memset(pool_ + used_, 0, n);
            used_ += n;
            out += n;
            size -= n;
        }
    }

private:
    void refill() {
        std::size_t got = 0;
        while (got < sizeof pool_) {
            ssize_t const n = getrandom(pool_ + got, sizeof pool_ - got, 0);
            if (n < 0 && errno != EINTR) std::abort();
            if (n > 0) got += static_cast<std::size_t>(n);
        }
        used_ = 0;
    }
    std::uint8_t pool_[1024] = {};
    std::size_t used_ = sizeof pool_;
};

class SystemIds final : public IdSource {
public:
    Uuid uuid() override {
        std::array<std::uint8_t, 16> octets;
        random(octets.data(), octets.size());
        octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0f) | 0x40);
        octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3f) | 0x80);
        return Uuid(octets);
    }

    std::int64_t key() override {
        // 41 bits of milliseconds since 2020 (until 2089), 22 random bits.
        constexpr std::int64_t kEpoch2020Ms = 1'577'836'800'000;
        auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                            system_clock().now().time_since_epoch())
                            .count() -
                        kEpoch2020Ms;
        std::uint32_t tail = 0;
        random(reinterpret_cast<std::uint8_t*>(&tail), sizeof tail);
        std::int64_t const fresh =
            ((ms & ((std::int64_t{1} << 41) - 1)) << 22) | (tail & ((1U << 22) - 1));
        // Chance alone would repeat itself where many are needed within one millisecond.
        std::int64_t last = last_.load(std::memory_order_relaxed);
        std::int64_t next = 0;
        do {
            next = (fresh >> 22) > (last >> 22) ? fresh : last + 1;
        } while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
        return next;
    }

    void random(std::uint8_t* out, std::size_t size) override {
        thread_local RandomPool pool;
        pool.take(out, size);
    }

private:
    std::atomic<std::int64_t> last_{0};
};

}  // namespace

bool is_oid(std::string_view text) {
    if (text.size() < 3 || text.size() > 64 || text[0] < '0' || text[0] > '2' || text[1] != '.')
        return false;
    std::size_t arc = 2;
    for (std::size_t i = 2; i <= text.size(); ++i) {
        if (i < text.size() && is_digit(text[i])) continue;
        if (i < text.size() && text[i] != '.') return false;
        std::size_t const length = i - arc;
        if (length == 0 || (length > 1 && text[arc] == '0')) return false;
        arc = i + 1;
    }
    return true;
}

Result<Uuid> Uuid::parse(std::string_view text) {
    constexpr std::string_view kUrn = "urn:uuid:";
    if (text.starts_with(kUrn)) text.remove_prefix(kUrn.size());
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-') {
        return Error(Code::kInvalidContent, "not a UUID");
    }
    std::string hex;
    hex.reserve(32);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) continue;
        hex.push_back(text[i]);
    }
    Bytes const bytes = TRY(from_hex(hex));
    std::array<std::uint8_t, 16> octets;
    std::memcpy(octets.data(), bytes.data(), octets.size());
    return Uuid(octets);
}

std::string Uuid::to_string() const {
    std::string const hex = to_hex(octets_);
    return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
           hex.substr(16, 4) + '-' + hex.substr(20);
}

std::string Uuid::to_urn() const { return "urn:uuid:" + to_string(); }

IdSource& system_ids() {
    static SystemIds ids;
    return ids;
}

}  // namespace musubi
