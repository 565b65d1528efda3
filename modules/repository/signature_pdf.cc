#include "repository/signature_forms.h"

#include "codec/pdf/signature_ranges.h"
#include "platform/vault/signed_data.h"

#include <algorithm>
#include <map>

namespace musubi::repository {
namespace {

using vault::SignatureVerdict;
using State = vault::SignatureState;

SignatureVerdict cannot_tell(std::string why) {
    SignatureVerdict out;
    out.why = std::move(why);
    return out;
}

/// Hands out what lies in [begin, end) of the content.
Status read_range(Content const& content, std::uint64_t begin, std::uint64_t end,
                  ByteSink const& sink) {
    std::uint64_t at = 0;
    return content.read([&](ByteView piece) -> Status {
        std::uint64_t const first = std::max(at, begin), last = std::min(at + piece.size(), end);
        auto const before = at;
        at += piece.size();
        if (first >= last) return {};
        return sink(piece.subspan(static_cast<std::size_t>(first - before),
                                  static_cast<std::size_t>(last - first)));
    });
}

Result<Bytes> digest_of(Content const& content, pdf::SignedRange const& range, Sha2 kind) {
    Digest digest(digest_kind(kind));
    auto const into = [&](ByteView piece) -> Status {
        digest.update(piece);
        return {};
    };
    std::uint64_t at = 0;
    TRY(content.read([&](ByteView piece) -> Status {
        // The gap and what follows the range are left out.
        auto const take = [&](std::uint64_t begin, std::uint64_t end) -> Status {
            std::uint64_t const first = std::max(at, begin),
                                last = std::min(at + piece.size(), end);
            if (first >= last) return {};
            return into(piece.subspan(static_cast<std::size_t>(first - at),
                                      static_cast<std::size_t>(last - first)));
        };
        TRY(take(0, range.gap_begin));
        TRY(take(range.gap_end, range.end));
        at += piece.size();
        return {};
    }));
    return digest.finish();
}

SignatureVerdict judge_stamp(ByteView token, vault::DigestOf const& digest,
                             Judging const& judging) {
    SignatureVerdict out;
    auto const stamp = vault::verify_token(token, digest, judging.believed.stamps);
    if (stamp) {
        out.state = State::kValid;
        out.stamped = stamp->time;
        out.authority = stamp->authority;
        return out;
    }
    Code const code = stamp.error().code;
    out.state = code == Code::kInvalidContent    ? State::kInvalid
                : code == Code::kUnauthenticated ? State::kUntrusted
                                                 : State::kCannotTell;
    out.why = stamp.error().detail;
    return out;
}

Result<Judged> judge(Content const& content, pdf::SignedRange const& range,
                     Judging const& judging) {
    Bytes gap;
    TRY(read_range(content, range.gap_begin, range.gap_end, [&](ByteView piece) -> Status {
        gap.insert(gap.end(), piece.begin(), piece.end());
        return {};
    }));
    auto const octets = pdf::read_gap(gap);
    if (!octets) return Judged{{SignatureForm::kPdf, cannot_tell(octets.error().detail)}};
    auto const read = vault::SignedData::read(*octets, pdf::kMaxGap);
    if (!read) return Judged{{SignatureForm::kPdf, cannot_tell("a form that is not looked into")}};
    // Each is made once, however many signers ask for it.
    std::map<Sha2, Bytes> known;
    vault::DigestOf const digest = [&](Sha2 kind) -> Result<Bytes> {
        auto const found = known.find(kind);
        if (found != known.end()) return found->second;
        return known[kind] = TRY(digest_of(content, range, kind));
    };
    if (read->is_time_stamp())
        return Judged{{SignatureForm::kPdfStamp, judge_stamp(*octets, digest, judging)}};
    if (read->content())
        return Judged{{SignatureForm::kPdf, cannot_tell("a form that is not looked into")}};
    Judged out;
    for (auto& verdict : read->verify(digest, judging.believed, judging.now))
        out.emplace_back(SignatureForm::kPdf, std::move(verdict));
    return out;
}

}  // namespace

Result<Judged> look_into_pdf(Content const& content, Judging const& judging) {
    pdf::SignatureFinder finder;
    TRY(content.read([&](ByteView piece) -> Status {
        finder.feed(piece);
        return {};
    }));
    auto const ranges = finder.finish(content.size());
    if (!ranges) return Judged{{SignatureForm::kPdf, cannot_tell(ranges.error().detail)}};
    Judged out;
    for (pdf::SignedRange const& range : *ranges) {
        for (auto& [form, verdict] : TRY(judge(content, range, judging))) {
            // What was added may be a stamp, or another page over the first: only a person can say.
            if (range.end < content.size() && verdict.state == State::kValid) {
                verdict.state = State::kCannotTell;
                verdict.why = "it fits, but " + std::to_string(content.size() - range.end) +
                              " octets were added afterwards";
            }
            out.emplace_back(form, std::move(verdict));
        }
    }
    return out;
}

}  // namespace musubi::repository
