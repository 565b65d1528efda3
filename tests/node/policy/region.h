#pragma once
// A node whose region shares documents under consent: one hospital publishes, one clinic asks, its
// people with assertions.

#include "node/soap_client.h"
#include "support/assertions.h"
#include "support/node_client.h"

namespace musubi::test {

inline constexpr char kDoctor[] = "doctor-1";

/// What a test wants of the sample agreement before it is signed: each text is replaced once.
/// std::runtime_error when it is not there.
using Edits = std::vector<std::pair<std::string, std::string>>;
/// Not started yet. The hospital may feed regional ids, so that tests can name their patients.
std::unique_ptr<TestNode> consent_node(Edits const& edits = {}, TestCluster* cluster = nullptr);

/// What an assertion says beside who and where.
struct Claim {
    std::string user = kDoctor;
    std::string organisation = "2.999.1.1.22";  ///< the clinic
    std::vector<std::string> purposes = {"TREAT"};
    std::string role = "Medical Doctor";  ///< of HPKI
};

/// A fresh assertion in a wsse:Security header.
std::string user_header(AssertionSigner const& signer, Claim const& claim);

/// A member's system that sends a fresh assertion with each request.
class UserClient {
public:
    UserClient(TestNode const& node, std::string const& member, Claim claim);

    /// Unique ids of the patient's approved entries, sorted. An answer that is none fails the test.
    std::vector<std::string> find(std::string const& patient) const;
    /// The octets; empty when the node has no such document for this user.
    std::string retrieve(std::string const& unique_id) const;

private:
    Result<node::SoapAnswer> call(std::string const& path, std::string const& action,
                                  std::string body) const;

    TestNode const& node_;
    NodeClient const files_;
    Claim const claim_;
    std::unique_ptr<AssertionSigner> signer_;
    std::unique_ptr<peer::PeerClient> peer_;
};

/// Records of a patient with this event or event type code (DCM).
std::vector<atna::FoundRecord> records_of(TestNode const& node, std::string const& patient,
                                          std::string const& code);

}  // namespace musubi::test
