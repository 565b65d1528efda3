#pragma once
// ebRIM elements to domain objects. Internal to codec/ebxml. What a struct cannot show (a slot
// twice, a classification of another object) becomes an issue; legacy forms become issues of
// severity warning, which domain::validate takes from lenient senders and refuses from others.

#include "domain/metadata.h"
#include "domain/reason.h"
#include "platform/xml/document.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::ebxml {

/// Attribute value without surrounding white space; nothing when absent or empty.
std::optional<std::string> attribute_of(xml::Element element, std::string_view name);
/// An id or a reference: UUIDs in lower case, symbols as they are.
std::string normal_id(std::string_view id);
/// The scheme or node a classification names: lower case, without the blanks that line breaks leave
/// behind.
std::string scheme_of(xml::Element element, std::string_view attribute);
std::vector<std::string> slot_values(xml::Element slot);

class ObjectReader {
public:
    /// `kind` and `id` word the issues.
    ObjectReader(xml::Element element, std::string_view kind, std::string id,
                 std::vector<Issue>& issues);

    std::optional<std::string> take_one(std::string_view slot);
    std::vector<std::string> take_many(std::string_view slot);
    std::vector<domain::Slot> take_rest() { return std::move(slots_); }

    void read_common(domain::RegistryObject& object);
    void read_codes(std::string_view scheme, std::vector<domain::CodedValue>& to);
    void read_authors(std::string_view scheme, std::vector<domain::Author>& to);
    std::optional<std::string> read_identifier(std::string_view scheme, std::string_view name);

    /// Behind all of the above: classifications and identifiers of schemes that nobody asked for
    /// are not kept, which the sender is to know (XDSExtraMetadataNotSaved, ITI TF-3 table
    /// 4.2.4.1-2).
    void tell_what_is_dropped();

    void issue(std::string text, Severity severity = Severity::kError);

private:
    std::vector<domain::Slot> read_slots(xml::Element of);
    std::vector<xml::Element> classifications(std::string_view scheme);
    void dropped(std::string_view what, std::string const& scheme);

    xml::Element element_;
    std::string label_;
    std::string id_;
    std::vector<Issue>& issues_;
    std::vector<domain::Slot> slots_;
    std::vector<std::string_view> asked_for_;  ///< schemes; of names that live as long as we
};

domain::DocumentEntry read_entry(xml::Element element, std::string id, std::vector<Issue>& issues);
domain::SubmissionSet read_submission_set(xml::Element element, std::string id,
                                          std::vector<Issue>& issues);
domain::Folder read_folder(xml::Element element, std::string id, std::vector<Issue>& issues);
domain::Association read_association(xml::Element element, std::string id,
                                     std::vector<Issue>& issues);

/// All children of a RegistryObjectList that document sharing knows, plus the ids of ObjectRef
/// elements.
struct ObjectRef {
    std::string id;
    std::optional<std::string> home;
};
void read_objects(xml::Element registry_object_list, domain::Submission& to,
                  std::vector<ObjectRef>& refs);

}  // namespace musubi::ebxml
