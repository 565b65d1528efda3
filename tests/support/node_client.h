#pragma once
// A partner's system: publishes, asks, fetches and feeds with one member's certificate. What is
// said goes through the codecs' client side and platform/peer; wrong bytes are sent as they are
// with post(). Thread-safe but for feed().

#include <memory>
#include <string>
#include <vector>

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "platform/net/mllp_client.h"
#include "platform/peer/peer_client.h"
#include "support/node_fixture.h"
#include "support/soap_messages.h"

namespace musubi::test {

/// What came back from a SOAP call.
struct Heard {
    enum class Kind : std::uint8_t {
        kAnswer,   ///< the transaction's own answer
        kFault,    ///< a SOAP fault
        kGarbled,  ///< something that is neither
        kNothing,  ///< no answer: whether it was done is unknown
    };
    Kind kind = Kind::kNothing;
    int http_status = 0;
    std::string detail;
    ebxml::RegistryResponse registry;

    bool success() const {
        return kind == Kind::kAnswer && registry.status == ebxml::ResponseStatus::kSuccess;
    }
    /// An answer as the protocol wants it that says no.
    bool refused() const { return kind == Kind::kFault || (kind == Kind::kAnswer && !success()); }
    std::vector<std::string> codes() const;  ///< errorCode of each row
    bool has_code(std::string const& code) const;
    std::string text() const;  ///< for failure messages
};

struct Found : Heard {
    domain::Submission objects;
    std::vector<std::string> unique_ids() const;  ///< of entries, sorted
    domain::DocumentEntry const* entry(std::string const& unique_id) const;
};

struct Fetched : Heard {
    std::map<std::string, std::string> documents;  ///< unique id -> octets
};

class NodeClient {
public:
    /// `name`: of the certificate. The node's ports are read on each call: it may be restarted.
    NodeClient(TestNode const& node, std::string const& name);

    Heard submit(Papers const& papers) const;           ///< ITI-41
    Heard register_papers(Papers const& papers) const;  ///< ITI-42
    Found find(std::string const& patient) const;       ///< approved entries
    Found find_all(std::string const& patient) const;   ///< deprecated ones too
    Found query(domain::RawQuery const& query, std::string const& action) const;
    Found get_all(std::string const& patient) const;  ///< everything of a patient
    Fetched retrieve(std::vector<std::string> const& unique_ids) const;
    /// ITI-8; the acknowledgement code, or empty when nothing came back.
    std::string feed(std::string const& event, std::string const& patient,
                     std::string const& prior = "");
    std::string exchange_hl7(std::string const& message);  ///< any octets; empty: nothing came

    /// Any body to a path; an Error when no HTTP answer came.
    Result<peer::PeerAnswer> post(std::string const& path, std::string const& content_type,
                                  std::vector<peer::PeerSegment> body) const;
    std::string crt() const;
    std::string key() const;
    std::string ca() const;

private:
    Heard call(std::string const& path, std::string const& action,
               std::vector<soap::BodyPiece> body,
               std::function<void(xml::Element, std::map<std::string, Bytes>&)> const& take) const;

    TestNode const& node_;
    std::string const name_;
    std::unique_ptr<peer::PeerClient> peer_;
    std::shared_ptr<net::TlsContext> tls_;
    std::unique_ptr<net::MllpClient> mllp_;
    std::uint16_t mllp_port_ = 0;
};

/// An ADT message of the feed, as octets in ISO-2022-JP when `name` needs them.
std::string adt_message(std::string const& event, std::string const& patient,
                        std::string const& prior, std::string const& name);

inline constexpr char kSoapType[] = "application/soap+xml; charset=UTF-8";
/// A whole envelope round a payload.
std::string envelope(std::string const& action, std::string const& payload);
inline constexpr char kProvideAction[] = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b";
inline constexpr char kRegisterAction[] = "urn:ihe:iti:2007:RegisterDocumentSet-b";
inline constexpr char kQueryAction[] = "urn:ihe:iti:2007:RegistryStoredQuery";
inline constexpr char kMultiQueryAction[] = "urn:ihe:iti:2009:MultiPatientStoredQuery";
inline constexpr char kRetrieveAction[] = "urn:ihe:iti:2007:RetrieveDocumentSet";
domain::RawQuery find_documents_query(std::string const& patient,
                                      std::vector<std::string> const& statuses);

/// A patient whom hospital-kita feeds under an id of its own; the regional id that stands for it.
std::string patient_of_hospital(TestNode& node, NodeClient& hospital);

}  // namespace musubi::test
