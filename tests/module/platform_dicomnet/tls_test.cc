// Associations under mutual TLS, out to an archive and in from one.

#include "platform/base/digest.h"
#include "platform/dicomnet/storage_listener.h"
#include "support/dimse_archive.h"
#include "unit/platform_net/pki.h"

#include <gtest/gtest.h>

#include <fstream>

namespace musubi::dicomnet {
namespace {

using namespace std::chrono_literals;
constexpr char kCt[] = "1.2.840.10008.5.1.4.1.1.2", kExplicit[] = "1.2.840.10008.1.2.1";

class Counter final : public ObjectReader {
public:
    Status piece(ByteView octets) override {
        size += octets.size();
        return {};
    }
    std::size_t size = 0;
};

class Tls : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        pki = new test::TestPki;
        for (char const* name : {"node", "pacs", "other"}) pki->issue({name});
        foreign = new test::TestPki("Foreign CA");
        foreign->issue({"pacs"});
    }
    static void TearDownTestSuite() {
        delete pki;
        delete foreign;
    }
    static net::TlsConfig as(std::string const& name, test::TestPki const& from) {
        net::TlsConfig config;
        config.identities = {{from.crt(name), from.key(name)}};
        config.ca_file = pki->crt("ca");
        return config;
    }
    static std::shared_ptr<net::TlsContext> server(std::string const& name) {
        return *net::TlsContext::server(as(name, *pki));
    }
    static std::shared_ptr<net::TlsContext> client(std::string const& name) {
        return *net::TlsContext::client(as(name, *pki));
    }
    static std::string fingerprint(std::string const& file) {
        std::ifstream in(file);
        std::string const pem{std::istreambuf_iterator<char>(in), {}};
        auto const from = pem.find("-----\n") + 6;
        return to_hex(
            sha256(*from_base64(std::string_view(pem).substr(from, pem.find("-----END") - from))));
    }
    Patience patience() const { return {std::chrono::steady_clock::now() + 10s, 2s, {}}; }
    Peer peer(test::DimseArchive const& archive, std::string const& name) const {
        return {"127.0.0.1", archive.port(), "ARCHIVE", "MUSUBI", client("node"), name};
    }

    static inline test::TestPki* pki = nullptr;
    static inline test::TestPki* foreign = nullptr;
    test::ImageFile image{"2.25.1", "2.25.1.1", "2.25.1.1.1", "HOSP-0001", kExplicit, kCt, 200'000};
    Offer const offer{{kCt}, {kExplicit}};
};

TEST_F(Tls, GoesOutWithTheNodesCertificateToWhomItBelieves) {
    test::DimseArchive archive(server("pacs"));
    archive.hold(image);
    auto const retrieval = open_get(peer(archive, "127.0.0.1"), offer, patience());
    ASSERT_TRUE(retrieval.ok()) << retrieval.error().detail;
    Counter into;
    ASSERT_TRUE((*retrieval)->fetch({"2.25.1", "2.25.1.1", "2.25.1.1.1"}, patience(), into).ok());
    EXPECT_GT(into.size, 200'000U);
    auto const misnamed = open_get(peer(archive, "pacs.example"), offer, patience());
    ASSERT_FALSE(misnamed.ok());
    EXPECT_EQ(misnamed.error().code, Code::kUnauthenticated);
    net::TlsConfig strange = as("pacs", *foreign);
    test::DimseArchive stranger(*net::TlsContext::server(strange));
    auto const refused = open_get(peer(stranger, "127.0.0.1"), offer, patience());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
    EXPECT_EQ(archive.associations(), 2);
    test::DimseArchive plain;
    EXPECT_FALSE(
        open_get(peer(plain, ""), offer, {std::chrono::steady_clock::now() + 300ms, 2s, {}}).ok());
}

TEST_F(Tls, OnlyTheArchivesOwnCertificateMayStore) {
    auto listener = StorageListener::start({"127.0.0.1", 0, server("node"), 4, 2s});
    ASSERT_TRUE(listener.ok());
    (*listener)->know(
        {{"pacs", {"127.0.0.1"}, "ARCHIVE", "MUSUBI", fingerprint(pki->crt("pacs"))}});
    auto const fetch = [&](std::shared_ptr<net::TlsContext> shown) {
        test::DimseArchive archive(server("pacs"));
        archive.hold(image);
        archive.deliver_to((*listener)->port(), std::move(shown));
        auto const retrieval =
            open_move(peer(archive, "127.0.0.1"), offer, patience(), **listener, "pacs");
        Counter into;
        return retrieval.ok() &&
               (*retrieval)->fetch({"2.25.1", "2.25.1.1", "2.25.1.1.1"}, patience(), into).ok() &&
               into.size > 200'000U;
    };
    EXPECT_TRUE(fetch(client("pacs")));
    EXPECT_FALSE(fetch(client("other"))) << "believed, but another one's";
    net::TlsConfig strange = as("pacs", *foreign);
    EXPECT_FALSE(fetch(*net::TlsContext::client(strange)));
    EXPECT_FALSE(fetch(nullptr)) << "in the clear";
}

}  // namespace
}  // namespace musubi::dicomnet
