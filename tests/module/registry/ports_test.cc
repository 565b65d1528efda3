// The in-process registration: the caller's transaction decides whether it stays.
#include "core/audited_tx.h"
#include "domain/reason.h"
#include "module/registry/world.h"

#include <gtest/gtest.h>

namespace musubi::registry::test {
namespace {

class LocalRegistration : public testing::Test {
protected:
    Result<std::vector<Issue>> submit(core::AuditedTx& tx, Draft const& draft) {
        return world_.local.register_document_set({subject_, &tx, trace_, endpoint_, {}}, draft.s);
    }
    std::unique_ptr<core::AuditedTx> begin() {
        auto tx = core::AuditedTx::begin(world_.pool, world_.audit);
        return tx ? std::move(*tx) : nullptr;
    }
    World world_;
    domain::Subject subject_ = world_.subject("root");
    std::string trace_ = "trace", endpoint_ = "https://node/xds/repository";
};

TEST_F(LocalRegistration, IsGoneWhenTheCallersTransactionIsNotCommitted) {
    auto tx = begin();
    ASSERT_TRUE(tx);
    auto const done = submit(*tx, Draft(1).add(entry(2)));
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_TRUE(world_.audit.take().empty()) << "its record travels with the commit";
    tx.reset();
    EXPECT_EQ(world_.sql("SELECT count(*)::text FROM registry.uuid_dir"), "0");
    ASSERT_TRUE(world_.submit("root", Draft(1).add(entry(2))).success);
}

TEST_F(LocalRegistration, AnErrorCarriesEveryIssue) {
    auto tx = begin();
    ASSERT_TRUE(tx);
    auto e = entry(2, "P9^^^&2.999.1.1.1&ISO");
    e.language_code.reset();
    auto const done = submit(*tx, Draft(1, "P9^^^&2.999.1.1.1&ISO").add(e));
    ASSERT_FALSE(done);
    ASSERT_EQ(done.error().issues.size(), 2u);
    EXPECT_EQ(done.error().issues[0].reason, Reason::kMetadata);
    EXPECT_EQ(done.error().issues[1].reason, Reason::kUnknownPatientId);
    EXPECT_EQ(done.error().code, Code::kInvalidContent);
}

}  // namespace
}  // namespace musubi::registry::test
