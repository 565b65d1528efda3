#include "codec/ebxml/object_writer.h"

#include "platform/base/digest.h"
#include "platform/xml/writer.h"

#include <algorithm>

namespace musubi::ebxml {
namespace {

/// RFC 4122 version 5: the object's UUID is the name space, the position of the nested element the
/// name.
Uuid name_based(Uuid const& space, std::string const& name) {
    Bytes input(space.octets().begin(), space.octets().end());
    input.insert(input.end(), name.begin(), name.end());
    Bytes const hash = sha1(input);
    std::array<std::uint8_t, 16> octets{};
    std::copy_n(hash.begin(), octets.size(), octets.begin());
    octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0fU) | 0x50U);
    octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3fU) | 0x80U);
    return Uuid(octets);
}

}  // namespace

ObjectWriter::ObjectWriter(RenderMode mode, std::string_view element,
                           domain::RegistryObject const& object, std::string_view object_type)
    : mode_(mode), element_(element), id_(object.id) {
    if (auto const uuid = Uuid::parse(object.id)) uuid_ = *uuid;
    out_.reserve(8192);
    out_.append("<").append(element);
    attribute("id", object.id);
    if (registered()) {
        out_ += kHomeMark;
        attribute("lid", object.lid.value_or(object.id));
    } else {
        if (object.home) attribute("home", *object.home);
        if (object.lid) attribute("lid", *object.lid);
    }
    attribute("objectType", object_type);
    if (registered()) out_.append(" status=\"").append({kStatusMark, '"'});
}

void ObjectWriter::attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    xml::append_attribute_value(out_, value);
    out_ += '"';
}

void ObjectWriter::slot(std::string_view name, std::optional<std::string> const& value) {
    if (value) slot(name, std::vector<std::string>{*value});
}

void ObjectWriter::slot(std::string_view name, std::vector<std::string> const& values) {
    if (values.empty()) return;
    out_ += "<rim:Slot";
    attribute("name", name);
    out_ += "><rim:ValueList>";
    for (std::string const& value : values) {
        out_ += "<rim:Value>";
        xml::append_text(out_, value);
        out_ += "</rim:Value>";
    }
    out_ += "</rim:ValueList></rim:Slot>";
}

void ObjectWriter::folder_time_slot(std::optional<std::string> const& submitted) {
    if (!registered()) return slot("lastUpdateTime", submitted);
    out_.append("<rim:Slot name=\"lastUpdateTime\"><rim:ValueList><rim:Value>")
        .append({kLastUpdateTimeMark})
        .append("</rim:Value></rim:ValueList></rim:Slot>");
}

void ObjectWriter::slots(std::vector<domain::Slot> const& slots) {
    for (domain::Slot const& one : slots) slot(one.name, one.values);
}

void ObjectWriter::international(std::string_view element,
                                 domain::InternationalString const& text) {
    if (text.empty()) return;
    out_.append("<").append(element).append(">");
    for (domain::LocalizedString const& one : text) {
        out_ += "<rim:LocalizedString";
        if (!one.lang.empty()) attribute("xml:lang", one.lang);
        if (!one.charset.empty()) attribute("charset", one.charset);
        attribute("value", one.value);
        out_ += "/>";
    }
    out_.append("</").append(element).append(">");
}

void ObjectWriter::names(domain::RegistryObject const& object) {
    international("rim:Name", object.name);
    international("rim:Description", object.description);
    if (!registered() && !object.version) return;
    out_ += "<rim:VersionInfo";
    attribute("versionName", object.version.value_or("1"));
    out_ += "/>";
}

std::string ObjectWriter::next_id() {
    std::string const position = std::to_string(++nested_);
    return uuid_ ? name_based(*uuid_, position).to_urn() : id_ + "-" + position;
}

void ObjectWriter::begin_classification(std::string_view which, std::string_view value,
                                        std::string_view code) {
    out_ += "<rim:Classification";
    attribute("id", next_id());
    attribute(which, value);
    attribute("classifiedObject", id_);
    if (which == "classificationScheme") attribute("nodeRepresentation", code);
    attribute("objectType", kTypeClassification);
    out_ += '>';
}

void ObjectWriter::codes(std::string_view scheme, std::vector<domain::CodedValue> const& codes) {
    for (domain::CodedValue const& code : codes) {
        begin_classification("classificationScheme", scheme, code.code);
        slot("codingScheme", std::vector<std::string>{code.scheme});
        if (!code.names.empty())
            international("rim:Name", code.names);
        else if (!code.display.empty())
            international("rim:Name", {{code.display, {}, {}}});
        out_ += "</rim:Classification>";
    }
}

void ObjectWriter::authors(std::string_view scheme, std::vector<domain::Author> const& authors) {
    for (domain::Author const& author : authors) {
        begin_classification("classificationScheme", scheme, "");
        slot("authorPerson", author.persons);
        slot("authorInstitution", author.institutions);
        slot("authorRole", author.roles);
        slot("authorSpecialty", author.specialties);
        slot("authorTelecommunication", author.telecommunications);
        slots(author.other_slots);
        out_ += "</rim:Classification>";
    }
}

void ObjectWriter::node(std::string_view node) {
    begin_classification("classificationNode", node, {});
    out_ += "</rim:Classification>";
}

void ObjectWriter::identifier(IdentifierScheme const& scheme,
                              std::optional<std::string> const& value) {
    if (!value) return;
    out_ += "<rim:ExternalIdentifier";
    attribute("id", next_id());
    attribute("identificationScheme", scheme.urn);
    attribute("registryObject", id_);
    attribute("objectType", kTypeExternalIdentifier);
    attribute("value", *value);
    out_ += '>';
    international("rim:Name", {{std::string(scheme.name), {}, {}}});
    out_ += "</rim:ExternalIdentifier>";
}

void ObjectWriter::patient_id(IdentifierScheme const& scheme,
                              std::optional<std::string> const& value) {
    if (!registered()) return identifier(scheme, value);
    // The value is a mark, so it must not pass the escaping that would replace it.
    identifier(scheme, std::string("="));
    std::size_t const at = out_.rfind(" value=\"=\"");
    out_[at + std::string_view(" value=\"").size()] = kPatientIdMark;
}

std::string ObjectWriter::finish() {
    out_.append("</").append(element_).append(">");
    return std::move(out_);
}

}  // namespace musubi::ebxml
