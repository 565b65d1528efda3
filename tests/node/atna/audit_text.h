#pragma once
// An audit message as lines that people can check against the tables of ITI TF-2: base64 undone,
// and a word in place of what differs from run to run.

#include <map>
#include <string>

#include "platform/xml/document.h"

namespace musubi::test {

/// Gives the same numbers to the same regional ids for all messages that it sees. One thread.
class AuditText {
public:
    explicit AuditText(std::string regional_authority) : regional_(std::move(regional_authority)) {}
    /// Throws std::runtime_error where no message or no base64 stands.
    std::string of(std::string const& message);

private:
    void element(xml::Element element, int depth, std::string& out);
    std::string attribute(xml::Element element, xml::Attribute const& attribute);
    std::string patient(std::string const& cx);

    std::string const regional_;
    std::map<std::string, std::string> patients_;
};

}  // namespace musubi::test
