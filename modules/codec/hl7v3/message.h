#pragma once
// What every HL7 v3 message of ours carries around its content (ITI TF-2 Appendix O). Plain values;
// reading never fails, so that a message that breaks its schema still gets an answer.

#include "platform/xml/document.h"

#include <string>

namespace musubi::hl7v3 {

/// II: `root` alone, or a root with an extension.
struct InstanceId {
    std::string root, extension;
    bool empty() const { return root.empty() && extension.empty(); }
    std::string key() const { return extension.empty() ? root : root + "^" + extension; }
    bool operator==(InstanceId const&) const = default;
};

/// A sender or receiver: OIDs. The organization is a homeCommunityId in XCPD.
struct Party {
    std::string device, organization;
    bool operator==(Party const&) const = default;
};

struct Header {
    std::string interaction;  ///< name of the root element
    InstanceId id;
    std::string processing_code;  ///< P, T, D as sent
    std::string processing_mode;  ///< T; I is met with deferred queries
    std::string trigger;          ///< controlActProcess/code, empty when absent
    Party sender, receiver;
    std::string respond_to;  ///< URL of respondTo/telecom
    std::string
        author_authority;  ///< authorOrPerformer/assignedDevice: authority of the asker's ids
};

/// What an answer to a query repeats.
struct QueryEcho {
    InstanceId query_id;
    /// queryByParameter with all it holds, for text whose default namespace is HL7 v3 and whose
    /// prefix xsi is declared. Empty when the request has none.
    std::string xml;
};

Header read_header(xml::Element payload);
QueryEcho read_query_echo(xml::Element payload);

/// Where `element` stands in its message, without namespaces, positions only among several:
/// "/PRPA_IN201309UV02/controlActProcess/queryByParameter/parameterList/dataSource[2]/value".
std::string xpath_of(xml::Element element);

}  // namespace musubi::hl7v3
