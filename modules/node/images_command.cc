// musubi images: the images that a manifest names (RAD-69).

#include "codec/dicomkos/manifest.h"
#include "codec/ebxml/imaging.h"
#include "codec/ebxml/read.h"
#include "node/client_options.h"
#include "node/command.h"
#include "node/soap_client.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace musubi::node {
namespace {

/// Fetched at a time: an answer lies in memory.
constexpr std::size_t kAtATime = 32;

Result<std::vector<ebxml::ImageRequest>> images_of(Options const& options) {
    Bytes const file = TRY(read_input(options["manifest"]));
    auto const manifest = TRY(dicomkos::read_manifest(file));
    std::vector<ebxml::ImageRequest> out;
    for (domain::StudyReference const& study : manifest.studies) {
        for (domain::SeriesReference const& series : study.series) {
            for (domain::ImageReference const& image : series.images) {
                ebxml::ImageRequest one{study.uid, series.uid, {}};
                if (options.has("home")) one.document.home = options["home"];
                one.document.repository_unique_id =
                    options.has("source") ? options["source"] : series.retrieve_location;
                one.document.document_unique_id = image.sop_instance;
                out.push_back(std::move(one));
            }
        }
    }
    return out;
}

Status write_file(std::filesystem::path const& path, ByteView bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<char const*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) return Error(Code::kStorageUnavailable, path.string() + ": cannot be written");
    return {};
}

/// What came, into files; adds what did not to `errors`.
Result<std::size_t> fetch(Options const& options, ebxml::ImagingRetrieve const& wanted,
                          peer::PeerClient& client, std::string& errors) {
    SoapCall request;
    request.url = options["url"];
    request.action = "urn:ihe:rad:2009:RetrieveImagingDocumentSet";
    request.body = {{ebxml::write_imaging_retrieve_request(wanted), nullptr, ""}};
    request.mtom = true;
    request.identity = identity_of(options);
    request.security = TRY(security_of(options));
    SoapAnswer const answer = TRY(call(client, std::move(request)));
    auto const response = TRY(ebxml::read_retrieve_response(answer.envelope.payload));
    for (ebxml::RetrievedPart const& part : response.documents) {
        std::string const& instance = part.request.document_unique_id;
        if (!is_oid(instance))
            return Error(Code::kInvalidMessage, "the node delivered an image that has no UID");
        auto const path = std::filesystem::path(options["out"]) / (instance + ".dcm");
        if (part.source.content_id.empty()) {
            Bytes const bytes = TRY(from_base64(part.source.base64));
            TRY(write_file(path, bytes));
            continue;
        }
        auto const content = answer.attachments.find(part.source.content_id);
        if (content == answer.attachments.end())
            return Error(Code::kInvalidMessage, "the answer lacks an attachment");
        TRY(write_file(path, content->second));
    }
    for (auto const& row : response.response.errors)
        errors += "\n  " + row.error_code + ": " + row.context;
    return response.documents.size();
}

Status images(Options const& options) {
    auto const all = TRY(images_of(options));
    std::error_code failed;
    std::filesystem::create_directories(options["out"], failed);
    if (failed) return Error(Code::kStorageUnavailable, options["out"] + ": cannot be made");
    ebxml::ImagingRetrieve wanted;
    for (std::string_view const one : split(options["syntax"], ','))
        wanted.transfer_syntaxes.emplace_back(trim(one));
    peer::PeerClient client;
    std::string errors;
    std::size_t came = 0;
    for (std::size_t at = 0; at < all.size(); at += kAtATime) {
        auto const from = all.begin() + static_cast<std::ptrdiff_t>(at);
        wanted.images.assign(
            from, from + static_cast<std::ptrdiff_t>(std::min(kAtATime, all.size() - at)));
        came += TRY(fetch(options, wanted, client, errors));
    }
    std::fprintf(stderr, "%zu of %zu images\n", came, all.size());
    if (came == all.size()) return {};
    return Error(Code::kNotFound, "not all images were delivered:" + errors);
}

}  // namespace

int run_images(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "images",
            "Fetches the images that a manifest names (RAD-69), each into a file of its own.",
            with_user({{"url", "the imaging document source, or an initiating imaging gateway",
                        "https://localhost:8443/xds-i/source"},
                       {"manifest", "file: the DICOM Key Object Selection", "", true},
                       {"home", "of another community: urn:oid:..., at an initiating gateway", ""},
                       {"source", "RepositoryUniqueId; default: where the manifest says", ""},
                       {"syntax", "transfer syntaxes that are taken, with commas",
                        "1.2.840.10008.1.2.1,1.2.840.10008.1.2.4.70,1.2.840.10008.1.2.4.90,"
                        "1.2.840.10008.1.2.4.50"},
                       {"out", "folder to write", "", true}}),
            arguments, options)) {
        return *exit;
    }
    auto const done = images(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
