// musubi query (ITI-18) and musubi retrieve (ITI-43).

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "node/client_options.h"
#include "node/command.h"
#include "node/soap_client.h"

#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

std::string errors_of(ebxml::RegistryResponse const& response) {
    std::string errors;
    for (auto const& row : response.errors) errors += "\n  " + row.error_code + ": " + row.context;
    return errors;
}

domain::RawQuery find_documents(Options const& options) {
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kFindDocuments);
    query.return_type = "LeafClass";
    query.parameters.push_back(
        {"$XDSDocumentEntryPatientId", {{ebxml::query_text(options["patient"])}}});
    std::vector<std::string> statuses = {std::string(to_urn(domain::Availability::kApproved))};
    if (options.has("deprecated")) statuses.emplace_back(to_urn(domain::Availability::kDeprecated));
    query.parameters.push_back({"$XDSDocumentEntryStatus", {{ebxml::query_list(statuses)}}});
    if (options.has("type")) {
        query.parameters.push_back(
            {"$XDSDocumentEntryTypeCode", {{ebxml::query_list({options["type"]})}}});
    }
    return query;
}

Status query(Options const& options) {
    peer::PeerClient client;
    SoapCall request;
    request.url = options["url"];
    request.action = "urn:ihe:iti:2007:RegistryStoredQuery";
    request.body = {{ebxml::write_adhoc_query_request(find_documents(options)), nullptr, ""}};
    request.identity = identity_of(options);
    request.security = TRY(security_of(options));
    SoapAnswer const answer = TRY(call(client, std::move(request)));
    auto const found = TRY(ebxml::read_query_response(answer.envelope.payload));
    if (found.response.status == ebxml::ResponseStatus::kFailure) {
        return Error(Code::kInvalidContent,
                     "the node refused the query:" + errors_of(found.response));
    }
    for (domain::DocumentEntry const& entry : found.objects.entries) {
        std::printf(
            "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", entry.unique_id.value_or("").c_str(), entry.id.c_str(),
            entry.repository_unique_id.value_or("").c_str(), entry.mime_type.value_or("").c_str(),
            entry.type_codes.empty() ? "" : entry.type_codes[0].code.c_str(),
            entry.name.empty() ? "" : entry.name[0].value.c_str(), entry.home.value_or("").c_str());
    }
    std::fprintf(stderr, "%zu documents\n", found.objects.entries.size());
    if (!found.response.errors.empty())
        std::fprintf(stderr, "not all of it:%s\n", errors_of(found.response).c_str());
    return {};
}

Status write_file(std::string const& path, ByteView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<char const*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) return Error(Code::kStorageUnavailable, path + ": cannot be written");
    return {};
}

Status retrieve(Options const& options) {
    peer::PeerClient client;
    SoapCall request;
    request.url = options["url"];
    request.action = "urn:ihe:iti:2007:RetrieveDocumentSet";
    domain::DocumentRequest wanted{std::nullopt, options["repository"], options["document"]};
    if (options.has("home")) wanted.home = options["home"];
    request.body = {{ebxml::write_retrieve_request({std::move(wanted)}), nullptr, ""}};
    request.mtom = true;
    request.identity = identity_of(options);
    request.security = TRY(security_of(options));
    SoapAnswer const answer = TRY(call(client, std::move(request)));
    auto const response = TRY(ebxml::read_retrieve_response(answer.envelope.payload));
    if (response.documents.empty()) {
        return Error(Code::kNotFound, "the node delivered nothing:" + errors_of(response.response));
    }
    ebxml::DocumentSource const& source = response.documents.front().source;
    if (source.content_id.empty()) {
        Bytes const bytes = TRY(from_base64(source.base64));
        return write_file(options["out"], bytes);
    }
    auto const part = answer.attachments.find(source.content_id);
    if (part == answer.attachments.end())
        return Error(Code::kInvalidMessage, "the answer lacks its attachment");
    return write_file(options["out"], part->second);
}

}  // namespace

int run_query(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "query",
            "Finds a patient's documents (ITI-18 FindDocuments). Columns: unique id, entryUUID, "
            "repository, MIME type, type code, title, home community.",
            with_user({{"url", "the registry", "https://localhost:8443/xds/registry"},
                       {"patient", "regional patient id, CX: id^^^&oid&ISO", "", true},
                       {"type", "only this typeCode: code^^scheme", ""},
                       {"deprecated", "replaced documents too", "", false, true}}),
            arguments, options)) {
        return *exit;
    }
    auto const done = query(options);
    return done ? 0 : failed(done.error());
}

int run_retrieve(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "retrieve", "Fetches one document (ITI-43) into a file.",
            with_user({{"url", "the repository", "https://localhost:8443/xds/repository"},
                       {"document", "unique id", "", true},
                       {"repository", "repositoryUniqueId", "", true},
                       {"home", "of another community: urn:oid:..., at an initiating gateway", ""},
                       {"out", "file to write", "", true}}),
            arguments, options)) {
        return *exit;
    }
    auto const done = retrieve(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
