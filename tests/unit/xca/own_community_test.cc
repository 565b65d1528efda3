// A gateway that stands alone, without a registry of its own community beside it.
#include "unit/xca/gateway_world.h"
#include "xca/initiating.h"

namespace musubi::xca::test {
namespace {

class AloneGateway : public Gateway {
protected:
    Heard ask(domain::RawQuery const& query) {
        Heard heard;
        heard.body = run(iti18_, ebxml::write_adhoc_query_request(query));
        auto const document = xml::parse(as_bytes(heard.body));
        if (!document) return heard;
        if (auto response = ebxml::read_query_response(document->root()))
            heard.response = response->response;
        return heard;
    }

    core::Ports nothing_;
    InitiatingDeps alone_{.ports = nothing_,
                          .clock = system_clock(),
                          .ids = system_ids(),
                          .home = kHome,
                          .settings = {}};
    core::Definition iti18_ = core::define<GatewayIti18>(alone_);
};

TEST_F(AloneGateway, SaysThatItsOwnCommunityCannotBeAsked) {
    Heard const heard = ask(get_documents(kHome));
    EXPECT_EQ(heard.codes(), Strings{"XDSUnavailableCommunity"}) << heard.body;
    EXPECT_EQ(heard.response.status, ebxml::ResponseStatus::kFailure);
    EXPECT_EQ(ask(get_documents("urn:oid:2.999.77")).codes(), Strings{"XDSUnknownCommunity"});
}

}  // namespace
}  // namespace musubi::xca::test
