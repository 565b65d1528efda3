// The assertions that public test tools make about messages of patient identity, written anew from
// their descriptions.
#include "codec/hl7v3/names.h"
#include "platform/base/ids.h"
#include "unit/codec_hl7v3/messages.h"

#include <functional>
#include <vector>

namespace musubi::test::v3 {
namespace {

using hl7v3::kHl7;

class Rules {
public:
    explicit Rules(xml::Element message) : message_(message), name_(message.local_name()) {}

    std::string findings() {
        check_wrapper();
        if (name_ == "MCCI_IN000002UV01") return out_;
        check_control_act();
        if (name_ == "PRPA_IN201302UV02") check_feed();
        if (name_ == "PRPA_IN201310UV02") check_ids_response();
        if (name_ == "PRPA_IN201306UV02") check_find_response();
        return out_;
    }

private:
    using Path = std::vector<std::string_view>;

    void rule(bool holds, std::string_view text) {
        if (!holds) out_ += std::string(text) + "\n";
    }
    static std::vector<xml::Element> all(xml::Element of, Path const& path) {
        std::vector<xml::Element> at{of};
        for (std::string_view step : path) {
            std::vector<xml::Element> next;
            for (xml::Element each : at) {
                for (xml::Element c = each.first_child(kHl7, step); c;
                     c = c.next_sibling(kHl7, step)) {
                    next.push_back(c);
                }
            }
            at = std::move(next);
        }
        return at;
    }
    static std::string value(xml::Element of, Path const& path, std::string_view attribute) {
        auto const found = all(of, path);
        return found.empty() ? "" : std::string(found.front().attribute(attribute).value_or(""));
    }
    void root_only(xml::Element of, Path const& path, std::string_view text) {
        for (xml::Element id : all(of, path)) {
            // Nobody can be named in the answer to a message without a sender.
            if (id.attribute("nullFlavor") == "UNK" && !id.attribute("root")) continue;
            rule(is_oid(id.attribute("root").value_or("")) && !id.attribute("extension"), text);
        }
    }

    void check_wrapper() {
        bool const is_answer = !all(message_, {"acknowledgement"}).empty();
        rule(message_.attribute("ITSVersion") == "XML_1.0", "ITSVersion");
        rule(value(message_, {"interactionId"}, "extension") == name_, "interactionId");
        rule(value(message_, {"processingModeCode"}, "code") == "T", "processingModeCode");
        rule(value(message_, {"acceptAckCode"}, "code") == (is_answer ? "NE" : "AL"),
             "acceptAckCode");
        rule(all(message_, {"receiver"}).size() == 1, "one receiver");
        rule(all(message_, {"receiver", "device"}).size() == 1, "one receiving device");
        for (std::string_view party : {"receiver", "sender"}) {
            root_only(message_, {party, "device", "id"}, "device id");
            root_only(message_, {party, "device", "asAgent", "representedOrganization", "id"},
                      "organization id");
        }
        if (name_ != "PRPA_IN201302UV02") {
            rule(is_answer, "acknowledgement");
            rule(!all(message_, {"acknowledgement", "targetMessage", "id"}).empty(),
                 "targetMessage");
        }
    }
    void check_control_act() {
        std::string trigger = name_;
        trigger.replace(0, 7, "PRPA_TE");
        rule(value(message_, {"controlActProcess", "code"}, "code") == trigger, "trigger");
        rule(value(message_, {"controlActProcess"}, "moodCode") == "EVN", "moodCode");
        rule(value(message_, {"controlActProcess"}, "classCode") == "CACT", "classCode");
        for (xml::Element event : all(message_, kEvent)) {
            rule(value(event, {"statusCode"}, "code") == "active", "event status");
            rule(all(event, {"custodian", "assignedEntity", "id"}).size() == 1, "custodian");
            rule(all(event, {"inFulfillmentOf"}).empty(), "inFulfillmentOf");
            rule(all(event, {"replacementOf"}).empty(), "replacementOf");
            check_patient(event);
        }
    }
    void check_patient(xml::Element event) {
        Path const patient{"subject1", "patient"};
        rule(all(event, patient).size() == 1, "one patient");
        xml::Element const at = all(event, patient).front();
        rule(value(at, {"statusCode"}, "code") == "active", "patient status");
        rule(!value(at, {"id"}, "root").empty(), "patient id");
        rule(all(at, {"patientPerson"}).size() == 1, "patientPerson");
        for (xml::Element name : all(at, {"patientPerson", "name"})) {
            rule(name.first_child() || name.attribute("nullFlavor") == "NA", "name");
        }
        for (std::string_view once : {"administrativeGenderCode", "birthTime"})
            rule(all(at, {"patientPerson", once}).size() <= 1, once);
        root_only(at, {"providerOrganization", "id"}, "providerOrganization id");
        root_only(at, {"patientPerson", "asOtherIDs", "scopingOrganization", "id"},
                  "scopingOrganization id");
        rule(all(at, {"providerOrganization"}).empty() ||
                 !all(at, {"providerOrganization", "contactParty"}).empty(),
             "providerOrganization contactParty");
        for (xml::Element other : all(at, {"patientPerson", "asOtherIDs"})) {
            auto const role = other.attribute("classCode").value_or("");
            rule(role != "CIT" && role != "EMP", "asOtherIDs class");
            std::string const root = value(other, {"id"}, "root");
            rule(root.empty() || root == value(other, {"scopingOrganization", "id"}, "root"),
                 "asOtherIDs id and scope");
        }
    }
    void check_feed() { rule(all(message_, kEvent).size() == 1, "one subject"); }
    void check_query_ack() {
        Path const ack{"controlActProcess", "queryAck"};
        rule(all(message_, ack).size() == 1, "queryAck");
        for (std::string_view name : {"queryId", "statusCode", "queryResponseCode"})
            rule(!all(message_, {ack[0], ack[1], name}).empty(), name);
        for (std::string_view name :
             {"resultTotalQuantity", "resultCurrentQuantity", "resultRemainingQuantity"}) {
            rule(!value(message_, {ack[0], ack[1], name}, "value").empty(), name);
        }
        std::string const type = value(message_, {"acknowledgement", "typeCode"}, "code");
        std::string const code = value(message_, {ack[0], ack[1], "queryResponseCode"}, "code");
        rule((type == "AA") == (code == "OK" || code == "NF"),
             "acknowledgement and query response");
        rule(code == "OK" || code == "AE" || all(message_, kEvent).empty(), "subject without OK");
        rule(all(message_, {"controlActProcess", "queryByParameter"}).size() == 1,
             "queryByParameter");
    }
    void check_ids_response() {
        rule(all(message_, kEvent).size() <= 1, "at most one registration");
        check_query_ack();
    }
    void check_find_response() {
        check_query_ack();
        for (xml::Element patient : all(message_, {"controlActProcess", "subject",
                                                   "registrationEvent", "subject1", "patient"})) {
            rule(all(patient, {"providerOrganization"}).size() == 1, "providerOrganization");
            auto const degree =
                value(patient, {"subjectOf1", "queryMatchObservation", "value"}, "value");
            rule(!degree.empty() && degree.size() <= 3, "queryMatchObservation");
            rule(all(patient, {"subjectOf2"}).empty() && all(patient, {"coveredPartyOf"}).empty(),
                 "subjectOf2, coveredPartyOf");
        }
    }

    inline static Path const kEvent{"controlActProcess", "subject", "registrationEvent"};
    xml::Element message_;
    std::string name_;
    std::string out_;
};

}  // namespace

std::string tool_findings(xml::Element message) { return Rules(message).findings(); }

}  // namespace musubi::test::v3
