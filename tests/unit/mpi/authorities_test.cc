// Assigning authorities by OID, namespace and alias (ITI TF-2 E.3).

#include "mpi/authorities.h"
#include "domain/reason.h"

#include <gtest/gtest.h>

namespace musubi::mpi {
namespace {

domain::SentAuthority sent(std::string name, std::string oid) {
    domain::SentAuthority out;
    out.namespace_id = std::move(name);
    out.universal_id = std::move(oid);
    out.universal_id_type = out.universal_id.empty() ? "" : "ISO";
    out.location = "PID^1^3";
    return out;
}

class MpiAuthorities : public ::testing::Test {
protected:
    static StoreSettings settings() {
        StoreSettings out;
        out.regional_authority = "1.2.1";
        out.direct_authorities = {"1.2.2"};
        out.namespaces = {{"KITA", "1.2.3"}};
        core::AssigningAuthority wide;
        wide.oid = "1.2.392.99999999999999999999";
        wide.namespace_id = "WIDE";
        wide.aliases = {"OLD", "1.2.4"};
        wide.several_ids = true;
        out.authorities = {{wide.oid, wide}};
        return out;
    }
    std::string oid_of(domain::SentAuthority const& authority) {
        auto const found = table_.resolve(authority);
        if (!found) return "refused at " + found.error().issues.front().location;
        return *found ? (*found)->oid : "unknown";
    }
    using List = std::vector<std::string>;
    AuthorityTable::Oids members_ = std::make_shared<List>(List{"1.2.5"});
    AuthorityTable table_{settings(), [this] { return members_; }};
};

TEST_F(MpiAuthorities, EveryNameOfAnAuthorityLeadsToIt) {
    for (auto const& authority : {sent("WIDE", ""), sent("OLD", ""), sent("", "1.2.4"),
                                  sent("", "1.2.392.99999999999999999999"), sent("OLD", "1.2.4")})
        EXPECT_EQ(oid_of(authority), "1.2.392.99999999999999999999");
    EXPECT_EQ(oid_of(sent("KITA", "")), "1.2.3");
    EXPECT_EQ(oid_of(sent("ANY", "1.2.3")), "1.2.3");
    EXPECT_TRUE((*table_.resolve(sent("", "1.2.2")))->direct);
    EXPECT_TRUE((*table_.resolve(sent("", "1.2.1")))->direct);
}

TEST_F(MpiAuthorities, UnknownOnesAreToldFromContradictions) {
    EXPECT_EQ(oid_of(sent("NOBODY", "")), "unknown");
    EXPECT_EQ(oid_of(sent("", "9.9")), "unknown");
    EXPECT_EQ(oid_of(sent("KITA", "1.2.2")), "refused at PID^1^3");
    auto dns = sent("", "1.2.3");
    dns.universal_id_type = "DNS";
    EXPECT_EQ(oid_of(dns), "refused at PID^1^3");
}

TEST_F(MpiAuthorities, AMembersAuthorityCountsWhileTheAgreementGivesIt) {
    EXPECT_EQ(oid_of(sent("", "1.2.5")), "1.2.5");
    EXPECT_EQ(table_.authorities().size(), 5U);
    members_ = std::make_shared<List>();
    EXPECT_EQ(oid_of(sent("", "1.2.5")), "unknown");
    EXPECT_EQ(table_.authorities().size(), 4U);
}

}  // namespace
}  // namespace musubi::mpi
