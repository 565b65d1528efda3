#include "unit/codec_hl7v3/messages.h"

#include "support/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace musubi::test::v3 {
namespace {

constexpr std::string_view kDevice =
    R"(<device classCode="DEV" determinerCode="INSTANCE"><id root="$ID"/><asAgent classCode="AGNT">
    <representedOrganization classCode="ORG" determinerCode="INSTANCE"><id root="$ORG"/>
    </representedOrganization></asAgent></device>)";

std::string device(std::string_view id, std::string_view organization) {
    return replaced(replaced(std::string(kDevice), "$ID", id), "$ORG", organization);
}

struct Schemas {
    std::vector<std::pair<std::string, std::string>> files;
    std::optional<xml::SchemaSet> set;

    void compile() {
        std::vector<xml::SchemaFile> views;
        for (auto const& [path, bytes] : files) views.push_back({path, bytes});
        auto loaded = xml::SchemaSet::load(views);
        if (!loaded) throw std::runtime_error("schemas: " + loaded.error().detail);
        set = std::move(*loaded);
    }
    std::string verdict(std::string_view text) const {
        xml::ParseOptions options;
        options.schemas = &*set;
        auto const document = xml::parse(as_bytes(text), options);
        if (document) return "";
        std::string out = document.error().detail;
        for (Issue const& issue : document.error().issues) out += "\n" + issue.context;
        return out;
    }
};

Schemas our_schemas() {
    Schemas schemas;
    auto const folder = source_dir() / "schemas";
    for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".xsd") continue;
        schemas.files.emplace_back(std::filesystem::relative(entry.path(), folder).string(),
                                   read_file(entry.path()));
    }
    // The order in which they are embedded.
    std::sort(schemas.files.begin(), schemas.files.end());
    schemas.compile();
    return schemas;
}

/// The published files name each other by relative paths; a schema set knows names only.
std::string without_folders(std::string text) {
    constexpr std::string_view kKey = "schemaLocation=\"";
    for (std::size_t at = 0; (at = text.find(kKey, at)) != std::string::npos;) {
        at += kKey.size();
        auto const end = text.find('"', at);
        auto const slash = text.rfind('/', end);
        if (slash != std::string::npos && slash > at) text.erase(at, slash + 1 - at);
    }
    return text;
}

std::optional<Schemas> published_schemas() {
    if (!shared_dir()) return std::nullopt;
    auto const top = *shared_dir() / "schemas-official";
    auto const folder = top / "HL7V3" / "NE2008";
    if (!std::filesystem::exists(folder)) return std::nullopt;
    Schemas schemas;
    std::string all =
        R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:hl7-org:v3"
        elementFormDefault="qualified">)";
    std::vector<std::pair<std::string, std::string>> rest;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".xsd") continue;
        std::string const name = entry.path().filename().string();
        if (name.starts_with("PRPA_IN") || name.starts_with("MCCI_IN") ||
            name.starts_with("QUQI_IN")) {
            all += "<xs:include schemaLocation=\"" + name + "\"/>";
        }
        // The narrative of documents: no message has it, and it is not in UTF-8.
        if (name == "NarrativeBlock.xsd") continue;
        rest.emplace_back(name, without_folders(read_file(entry.path())));
    }
    schemas.files.emplace_back("all.xsd", all + "</xs:schema>");
    schemas.files.insert(schemas.files.end(), rest.begin(), rest.end());
    schemas.files.emplace_back("XCPD_PLQ.xsd",
                               replaced(without_folders(read_file(top / "IHE" / "XCPD_PLQ.xsd")),
                                        "infrastructureRoot.xsd", "all.xsd"));
    schemas.compile();
    return schemas;
}

}  // namespace

xml::Document parsed(std::string_view text) {
    auto document = xml::parse(as_bytes(text));
    if (!document) throw std::runtime_error("not XML: " + document.error().detail);
    return std::move(*document);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

std::string request(std::string_view interaction, std::string_view act) {
    std::string const name(interaction);
    std::string const trigger =
        name.starts_with("PRPA_IN") ? "PRPA_TE" + name.substr(7) : "PRPA_TE000003UV01";
    return "<" + name +
           R"( xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
           ITSVersion="XML_1.0"><id root="2.999.7" extension="M1"/>
           <creationTime value="20260401090000"/>
           <interactionId root="2.16.840.1.113883.1.6" extension=")" +
           name +
           R"("/><processingCode code="T"/><processingModeCode code="T"/><acceptAckCode code="AL"/>
           <receiver typeCode="RCV">)" +
           device("2.999.1", "2.999.1.1") + R"(</receiver><sender typeCode="SND">)" +
           device("2.999.2", "2.999.2.1") +
           R"(</sender><controlActProcess classCode="CACT" moodCode="EVN"><code code=")" + trigger +
           R"(" codeSystem="2.16.840.1.113883.1.6"/>)" + std::string(act) +
           "</controlActProcess></" + name + ">";
}

std::string feed(std::string_view interaction, std::string_view patient,
                 std::string_view after_custodian) {
    return request(
        interaction,
        R"(<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN">
        <id nullFlavor="NA"/><statusCode code="active"/><subject1 typeCode="SBJ">
        <patient classCode="PAT">)" +
            std::string(patient) +
            R"(</patient></subject1><custodian typeCode="CST"><assignedEntity classCode="ASSIGNED">
            <id root="2.999.2"/></assignedEntity></custodian>)" +
            std::string(after_custodian) + "</registrationEvent></subject>");
}

std::string find_request(std::string_view parameters, std::string_view control) {
    return request("PRPA_IN201305UV02",
                   R"(<queryByParameter><queryId root="2.999.2" extension="Q1"/>
                   <statusCode code="new"/><responseModalityCode code="R"/>
                   <responsePriorityCode code="I"/>)" +
                       std::string(control) + "<parameterList>" + std::string(parameters) +
                       "</parameterList></queryByParameter>");
}

std::string ids_request(std::string_view parameters) {
    return request("PRPA_IN201309UV02",
                   R"(<queryByParameter><queryId root="2.999.2" extension="Q1"/>
                   <statusCode code="new"/><responsePriorityCode code="I"/><parameterList>)" +
                       std::string(parameters) + "</parameterList></queryByParameter>");
}

std::string our_verdict(std::string_view text) {
    static Schemas const schemas = our_schemas();
    return schemas.verdict(text);
}

std::optional<std::string> published_verdict(std::string_view text) {
    static std::optional<Schemas> const schemas = published_schemas();
    if (!schemas) return std::nullopt;
    return schemas->verdict(text);
}

}  // namespace musubi::test::v3
