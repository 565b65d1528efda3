#pragma once
// A trail with signed and stamped roots.

#include "atna/evidence_files.h"
#include "atna/roots_maker.h"
#include "module/atna/audit_fixture.h"
#include "support/signing_identity.h"
#include "support/time_stamp_authority.h"

#include <fstream>

namespace musubi::atna {

/// Answers at once, refuses, or says nonsense.
class StampDesk final : public core::TimeStampPort {
public:
    explicit StampDesk(fs::path folder) : authority(std::move(folder)) {}
    Result<std::string> stamp(std::string const& url, std::string const& request,
                              std::string const&) override {
        asked.push_back(url);
        if (url.find("away") != std::string::npos) return Error(Code::kPeerUnavailable, "away");
        if (url.find("nonsense") != std::string::npos) return std::string("nonsense");
        if (url.find("yesterday") != std::string::npos) return first;
        auto out = authority.answer(request);
        if (first.empty()) first = out;
        return out;
    }
    test::TimeStampAuthority authority;
    std::vector<std::string> asked;
    std::string first;
};

class SignedTrail : public AuditTrail {
protected:
    RootSettings settings() {
        RootSettings out;
        out.certificate = evidence_.certificate;
        out.key = evidence_.key;
        out.folder = folder_ / "evidence";
        out.node = "node-a";
        return out;
    }
    RootMaker maker() { return maker(settings()); }
    RootMaker maker(RootSettings with) {
        return {*pool_, *keys_, folder_ / "journal", std::move(with)};
    }
    /// The next `n` records, and a root over them.
    Root signed_over(int n) {
        fill_more(n);
        auto const root = maker().make({system_clock().now(), true, "sha256:00"});
        if (!root || !*root) throw std::runtime_error(root ? "no root" : root.error().detail);
        return (*root)->root;
    }
    void fill_more(int n) {
        DatabaseAudit audit(*pool_, *sealer_, system_ids());
        fs::create_directories(folder_ / "journal");
        for (int i = 0; i < n; ++i) ASSERT_TRUE(audit.record({event(++recorded_)}).ok());
        Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
        ASSERT_TRUE(indexer.run().ok());
    }
    StampDesk& desk() {
        if (!desk_) desk_.emplace(folder_ / "tsa");
        return *desk_;
    }
    Result<int> stamped(std::vector<std::string> urls) {
        return stamp_roots(*pool_, desk(), {std::move(urls), desk().authority.authorities(), ""},
                           folder_ / "evidence");
    }
    /// As a third party sees it: published roots and the certificate.
    Archive judged(fs::path const& roots) {
        auto out = archive();
        out.evidence.certificates = {evidence_.certificate};
        if (desk_) out.evidence.stamp_authorities = desk_->authority.authorities();
        if (!roots.empty()) out.evidence.published = {roots};
        return out;
    }
    Verification judge(fs::path const& roots) {
        auto const out = verify(judged(roots));
        if (!out) throw std::runtime_error(out.error().detail);
        return *out;
    }
    Verification judge() { return judge(folder_ / "evidence"); }
    /// What somebody keeps elsewhere.
    fs::path copy_of_roots() {
        auto const copy = folder_ / "kept";
        fs::remove_all(copy);
        fs::copy(folder_ / "evidence", copy);
        return copy;
    }

    test::SigningIdentity evidence_ = test::signing_identity("evidence");
    std::optional<StampDesk> desk_;
    int recorded_ = 0;
};

}  // namespace musubi::atna
