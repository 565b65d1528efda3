// Operators' commands of a node that demands two factors, and what the trail tells of them.

#include <gtest/gtest.h>

#include "platform/vault/totp.h"
#include "support/node_client.h"
#include "support/signing_identity.h"

namespace musubi::test {
namespace {

Bytes from_base32(std::string_view text) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    Bytes out;
    std::uint32_t held = 0;
    int bits = 0;
    for (char const c : text) {
        held = (held << 5) | static_cast<std::uint32_t>(kLetters.find(c));
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<std::uint8_t>(held >> bits));
    }
    return out;
}

class OperatorCommands : public ::testing::Test {
protected:
    OperatorCommands() { ::setenv("MUSUBI_OPERATOR_SESSION", "node-test", 1); }
    ~OperatorCommands() override { ::unsetenv("MUSUBI_OPERATOR_SESSION"); }

    std::string program() const {
        return std::filesystem::read_symlink("/proc/" + std::to_string(node.pid()) + "/exe");
    }
    /// As somebody at a terminal who types the code.
    CommandOutcome login(std::string const& code) const {
        return run_command({"/bin/sh", "-c",
                            "echo " + code + " | '" + program() +
                                "' operator login --as sato --cert '" + own.certificate +
                                "' --key '" + own.key + "' --config '" + node.config_file() + "'"});
    }
    std::size_t logins(std::string const& type, domain::AuditOutcome outcome) {
        std::size_t count = 0;
        for (auto const& record : node.audit()) {
            if (record.event.event_id.code != "110114") continue;
            if (record.event.event_types.at(0).code == type && record.event.outcome == outcome)
                ++count;
        }
        return count;
    }

    TestNode node{{.settings = {"operators.required=true"}}};
    SigningIdentity const own = signing_identity("operator-sato");
};

TEST_F(OperatorCommands, NeedALoginWithKeyAndCodeAndNameTheOperator) {
    std::string const patient = fresh_patient();
    NodeClient toolkit(node, "toolkit");
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    auto const show = [&] { return node.command({"patient", "show", "--patient", patient}); };
    EXPECT_EQ(show().status, 1);

    auto const withdrawn =
        node.command({"operator", "add", "--as", "suzuki", "--cert", node.pki() / "revoked.crt"});
    EXPECT_NE(withdrawn.output.find("was withdrawn"), std::string::npos) << withdrawn.output;
    auto const added = node.command({"operator", "add", "--as", "sato", "--cert", own.certificate});
    ASSERT_EQ(added.status, 0) << added.output;
    auto const at = added.output.find("secret=") + 7;
    Bytes const secret = from_base32(added.output.substr(at, added.output.find('&', at) - at));
    EXPECT_EQ(show().status, 1);
    // From the first one on only operators make operators.
    EXPECT_EQ(node.command({"operator", "list"}).status, 1);

    EXPECT_EQ(login("000000").status, 1);
    std::string const code = vault::totp_code(secret, vault::totp_step(system_clock().now()));
    auto const in = login(code);
    ASSERT_EQ(in.status, 0) << in.output;
    auto const shown = show();
    EXPECT_EQ(shown.status, 0) << shown.output;
    EXPECT_EQ(node.command({"operator", "list"}).status, 0);
    EXPECT_EQ(login(code).status, 1) << "a code serves once";
    ASSERT_EQ(node.command({"operator", "logout"}).status, 0);
    EXPECT_EQ(show().status, 1);

    // The test reads the trail as an operator too.
    std::string const next = vault::totp_code(secret, vault::totp_step(system_clock().now()) + 1);
    ASSERT_EQ(login(next).status, 0);
    EXPECT_EQ(logins("110122", domain::AuditOutcome::kSuccess), 2U);
    EXPECT_EQ(logins("110122", domain::AuditOutcome::kSeriousFailure), 2U);
    EXPECT_EQ(logins("110123", domain::AuditOutcome::kSuccess), 1U);
    bool named = false;
    for (auto const& record : node.audit()) {
        if (record.event.transaction == "patient-show")
            named = record.message.find("\"sato\"") != std::string::npos;
    }
    EXPECT_TRUE(named);
    std::size_t turned_away = 0;
    for (auto const& record : node.audit()) {
        if (record.event.event_types.empty()) continue;
        turned_away += record.event.event_types[0].code == "110132" ? 1 : 0;
    }
    EXPECT_EQ(turned_away, 4U);  // three looks and one list without a login
}

}  // namespace
}  // namespace musubi::test
