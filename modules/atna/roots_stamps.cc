#include "atna/roots_maker.h"
#include "atna/roots_store.h"

namespace musubi::atna {
namespace {

constexpr int kRound = 100;

/// Of the first authority that gives a good one.
Result<Bytes> stamp_for(core::TimeStampPort& port, StampSettings const& settings,
                        ByteView signature) {
    Error last(Code::kPeerUnavailable, "no time stamping authority is configured");
    for (auto const& url : settings.urls) {
        auto const request = TRY(vault::timestamp_request(signature));
        auto answer = port.stamp(url, std::string(as_text(request.der)), settings.tls_authorities);
        if (!answer) {
            last = std::move(answer).error();
            continue;
        }
        auto const good = vault::verify_timestamp(as_bytes(*answer), signature,
                                                  settings.authorities, request.nonce);
        if (good) return Bytes(answer->begin(), answer->end());
        last = good.error();
    }
    return last;
}

}  // namespace

Result<int> stamp_roots(pg::Pool& pool, core::TimeStampPort& port, StampSettings const& settings,
                        std::filesystem::path const& folder) {
    auto const waiting =
        TRY(pool.read([](pg::ReadTx& tx) { return store::unstamped_roots(tx, kRound); }));
    int done = 0;
    for (auto root : waiting) {
        auto stamp = TRY(stamp_for(port, settings, root.signature));
        TRY(pool.run([&](pg::Tx& tx) -> Status {
            store::queue_stamp(tx, root.root.number, stamp);
            return {};
        }));
        // Somebody else may have been first: what stands in the table is what is published.
        auto const kept = TRY(pool.read(
            [&](pg::ReadTx& tx) { return store::roots_after(tx, root.root.number - 1, 1); }));
        if (!kept.empty()) TRY(publish(folder, kept.front()));
        ++done;
    }
    return done;
}

Result<std::optional<WallTime>> oldest_unstamped(pg::Pool& pool) {
    auto const waiting =
        TRY(pool.read([](pg::ReadTx& tx) { return store::unstamped_roots(tx, 1); }));
    if (waiting.empty()) return std::optional<WallTime>();
    return std::optional<WallTime>(waiting.front().root.time);
}

}  // namespace musubi::atna
