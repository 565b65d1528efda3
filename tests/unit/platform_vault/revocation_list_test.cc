#include "platform/vault/revocation_list.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/source_tree.h"
#include "unit/platform_vault/temp_folder.h"

namespace musubi::vault {
namespace {

/// An authority with two certificates, one of them withdrawn.
class RevocationList : public ::testing::Test {
protected:
    RevocationList() {
        std::string const in = "cd '" + path("").string() + "' && ";
        std::ofstream(path("ca.cnf")) << "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\n"
                                         "default_md=sha256\ndefault_crl_days=1\n";
        std::ofstream(path("index.txt")) << "";
        run(in +
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
            "ca.key -out ca.crt -subj /CN=ca -days 2");
        for (char const* name : {"good", "bad"}) {
            run(in + "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " +
                name + ".key -out " + name + ".csr -subj /CN=" + name +
                " && openssl x509 -req -in " + name + ".csr -CA ca.crt -CAkey ca.key -set_serial " +
                (name[0] == 'g' ? "1" : "2") + " -days 1 -out " + name + ".crt");
        }
        run(in +
            "openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -revoke bad.crt && "
            "openssl ca -config ca.cnf -cert ca.crt -keyfile ca.key -gencrl -out list.pem");
    }
    std::filesystem::path path(std::string const& name) const { return folder_ / name; }
    static void run(std::string const& command) {
        ASSERT_EQ(std::system(("(" + command + ") >/dev/null 2>&1").c_str()), 0) << command;
    }
    TempFolder folder_;
};

}  // namespace

TEST_F(RevocationList, NamesWhatWasWithdrawnAndNothingElse) {
    auto const bad = is_withdrawn(path("bad.crt"), path("list.pem"));
    ASSERT_TRUE(bad.ok()) << bad.error().detail;
    EXPECT_TRUE(*bad);
    EXPECT_FALSE(*is_withdrawn(path("good.crt"), path("list.pem")));
    EXPECT_FALSE(is_withdrawn(path("bad.crt"), path("ca.crt")).ok()) << "no list is no answer";
    EXPECT_FALSE(is_withdrawn(path("list.pem"), path("list.pem")).ok());
    EXPECT_FALSE(is_withdrawn(path("bad.crt"), path("nowhere")).ok());
}

TEST_F(RevocationList, IsAskedByIssuerAndSerialNumberToo) {
    auto const list = WithdrawnCertificates::load(path("list.pem"));
    ASSERT_TRUE(list.ok()) << list.error().detail;
    EXPECT_TRUE(list->names("CN=ca", "02"));
    EXPECT_FALSE(list->names("CN=ca", "01"));
    EXPECT_FALSE(list->names("CN=other", "02"));
    EXPECT_FALSE(list->names("", ""));
    EXPECT_FALSE(WithdrawnCertificates().names("CN=ca", "02"));
    EXPECT_FALSE(WithdrawnCertificates::load(path("ca.crt")).ok());
    EXPECT_FALSE(WithdrawnCertificates::load(path("nowhere")).ok());
}

}  // namespace musubi::vault
