#include "codec/hl7v3/message.h"

#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/names.h"
#include "platform/xml/subtree.h"

namespace musubi::hl7v3 {
namespace {

Party read_party(xml::Element correspondent) {
    xml::Element const device = child(correspondent, "device");
    xml::Element const organization = child(child(device, "asAgent"), "representedOrganization");
    return {attribute_of(child(device, "id"), "root"),
            attribute_of(child(organization, "id"), "root")};
}

std::string respond_to_of(xml::Element payload) {
    for (xml::Element each : payload.children()) {
        if (!each.is(kHl7, "respondTo")) continue;
        std::string url = attribute_of(child(each, "telecom"), "value");
        if (!url.empty()) return url;
    }
    return {};
}

}  // namespace

Header read_header(xml::Element payload) {
    Header header;
    header.interaction = payload.local_name();
    header.id = read_instance_id(child(payload, "id"));
    header.processing_code = attribute_of(child(payload, "processingCode"), "code");
    header.processing_mode = attribute_of(child(payload, "processingModeCode"), "code");
    header.sender = read_party(child(payload, "sender"));
    header.receiver = read_party(child(payload, "receiver"));
    header.respond_to = respond_to_of(payload);
    xml::Element const act = child(payload, "controlActProcess");
    header.trigger = attribute_of(child(act, "code"), "code");
    header.author_authority =
        attribute_of(child(child(child(act, "authorOrPerformer"), "assignedDevice"), "id"), "root");
    return header;
}

QueryEcho read_query_echo(xml::Element payload) {
    xml::Element const act = child(payload, "controlActProcess");
    xml::Element const query = child(act, "queryByParameter");
    if (!query) return {read_instance_id(child(child(act, "queryContinuation"), "queryId")), {}};
    constexpr xml::PrefixInScope kInScope[] = {{"", kHl7}, {"xsi", xml::kXsiNamespace}};
    xml::Writer writer;
    xml::write_subtree(query, writer, kInScope);
    return {read_instance_id(child(query, "queryId")), writer.take()};
}

std::string xpath_of(xml::Element element) {
    std::string path;
    for (xml::Element at = element; at; at = at.parent()) {
        std::string_view const space = at.namespace_uri();
        std::string_view const name = at.local_name();
        xml::Element const parent = at.parent();
        bool const top =
            !parent || (parent.namespace_uri() != kHl7 && parent.namespace_uri() != kXcpd);
        std::string step = "/" + std::string(name);
        if (!top) {
            int position = 0;
            int count = 0;
            for (xml::Element each = parent.first_child(space, name); each;
                 each = each.next_sibling(space, name)) {
                ++count;
                if (each == at) position = count;
            }
            if (count > 1) step += "[" + std::to_string(position) + "]";
        }
        path.insert(0, step);
        if (top) break;
    }
    return path;
}

}  // namespace musubi::hl7v3
