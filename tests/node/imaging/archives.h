#pragma once
// Archives for a node under test: conformance/sim/pacs.py, which fails and lies on request, and
// Orthanc, a real one, where it could be fetched. Manifests and requests of a partner.

#include "codec/ebxml/imaging.h"
#include "codec/soap/envelope.h"
#include "platform/base/text.h"
#include "support/child_process.h"
#include "support/dicom_files.h"
#include "support/node_client.h"
#include "support/peer_programs.h"
#include "support/source_tree.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace musubi::test {

/// A child process that ends with its owner.
class Child {
public:
    Child(std::vector<std::string> const& words, ChildSetup const& setup)
        : pid_(spawn_child(words, setup)) {}
    ~Child() { kill(); }
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;
    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        pid_ = -1;
    }

private:
    pid_t pid_;
};

/// A folder of files behind DICOMweb.
class SimulatedArchive {
public:
    explicit SimulatedArchive(std::filesystem::path folder) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_ / "images");
        behave("good");
        child_ = std::make_unique<Child>(
            std::vector<std::string>{"/usr/bin/python3", source_dir() / "conformance/sim/pacs.py",
                                     "--images", folder_ / "images", "--modes", folder_ / "modes",
                                     "--log", folder_ / "log", "--authorization",
                                     "Basic bXVzdWJpOnRlc3RwYXNz"},
            ChildSetup{folder_ / "output"});
        if (!eventually([this] { return port() != 0; }))
            throw std::runtime_error("the archive did not start: " + read("output"));
    }
    void behave(std::string const& modes) const { std::ofstream(folder_ / "modes") << modes; }
    void hold(std::string const& instance, std::string const& file) const {
        std::ofstream(folder_ / "images" / instance) << file;
    }
    int port() const {
        std::string const text = read("output");
        return text.find('\n') == std::string::npos ? 0 : std::atoi(text.c_str());
    }
    std::size_t asked() const {
        std::string const text = read("log");
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }

private:
    std::string read(char const* name) const {
        std::ifstream in(folder_ / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::filesystem::path const folder_;
    std::unique_ptr<Child> child_;
};

/// Orthanc with its DICOMweb plugin, as ./dev test unpacks it or as it is installed.
class OrthancArchive {
public:
    /// Whether it is there and runs.
    static bool available() {
        if (peer_program("Orthanc").empty() || plugin().empty()) return false;
        std::vector<std::string> words{"/usr/bin/env"};
        for (auto const& one : peer_environment()) words.push_back(one);
        words.insert(words.end(), {peer_program("Orthanc"), "--version"});
        return run_command(words).status == 0;
    }
    /// Its DICOM port is open when `store_port` is given: where C-MOVE to MUSUBI goes.
    explicit OrthancArchive(std::filesystem::path folder, int store_port = 0)
        : folder_(std::move(folder)), port_(free_port()), dicom_port_(free_port()) {
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "orthanc.json")
            << "{\"Name\": \"TEST\", \"StorageDirectory\": \"" << (folder_ / "db").string()
            << "\", \"IndexDirectory\": \"" << (folder_ / "db").string() << "\", \"Plugins\": [\""
            << plugin() << "\"], \"HttpPort\": " << port_
            << ", \"RemoteAccessAllowed\": false, \"AuthenticationEnabled\": true,"
               " \"RegisteredUsers\": {\"musubi\": \"testpass\"}, \"DicomServerEnabled\": "
            << (store_port != 0 ? "true" : "false")
            << ", \"DicomAet\": \"HOSPPACS\", \"DicomPort\": " << dicom_port_
            << ", \"DicomModalities\": {\"MUSUBI\": {\"AET\": \"MUSUBI\", \"Host\": \"127.0.0.1\", "
               "\"Port\": "
            << std::max(store_port, 1)
            << ", \"AllowGet\": true, \"AllowMove\": true}},"
               " \"DicomWeb\": {\"Enable\": true, \"Root\": \"/dicom-web/\"}}";
        auto environment = peer_environment();
        std::string const root = source_dir() / "var/tools/peers";
        if (std::filesystem::exists(root + "/usr/share/libdcmtk17/dicom.dic"))
            environment.push_back("DCMDICTPATH=" + root + "/usr/share/libdcmtk17/dicom.dic");
        child_ = std::make_unique<Child>(
            std::vector<std::string>{peer_program("Orthanc"), folder_ / "orthanc.json"},
            ChildSetup{folder_ / "log", environment});
        if (!eventually([this] { return store("x") != 0; }))
            throw std::runtime_error("Orthanc did not start");
    }
    /// The HTTP status; 0: nobody answers.
    int store(std::string const& file) const {
        peer::PeerClient client(peer::Loopback::kPlainAllowed);
        peer::PeerRequest request;
        request.url = "http://127.0.0.1:" + std::to_string(port_) + "/instances";
        request.headers = {{"Authorization", "Basic bXVzdWJpOnRlc3RwYXNz"},
                           {"Content-Type", "application/dicom"}};
        request.body = {{file, nullptr}};
        auto const answer = client.post(request);
        return answer ? answer->status : 0;
    }
    int port() const { return port_; }
    int dicom_port() const { return dicom_port_; }
    void kill() { child_->kill(); }
    static int free_port() {
        int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        ::close(fd);
        return ntohs(address.sin_port);
    }

private:
    static std::string plugin() {
        for (std::string const& root :
             {(source_dir() / "var/tools/peers").string(), std::string()}) {
            std::string const file = root + "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
            if (std::filesystem::exists(file)) return file;
            std::string const library = root + "/usr/lib/orthanc/libOrthancDicomWeb.so.1.7";
            if (std::filesystem::exists(library)) return library;
        }
        return "";
    }
    std::filesystem::path const folder_;
    int const port_, dicom_port_;
    std::unique_ptr<Child> child_;
};

inline constexpr char kToolkitSource[] = "2.999.77.30";
inline constexpr char kImagesAction[] = "urn:ihe:rad:2009:RetrieveImagingDocumentSet";
inline constexpr char kCrossImagesAction[] =
    "urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSet";

/// Lines of a directory of sources; both ends of the file are the caller's.
inline std::string source_entry(int port, std::string const& more = "timeout: 20") {
    return "  - {id: " + std::string(kToolkitSource) +
           ", member: toolkit, dicomweb: \"http://127.0.0.1:" + std::to_string(port) +
           "/dicom-web\", user: musubi, password_file: pacs.password, " + more + "}\n";
}

/// RAD-68 of a manifest.
inline Papers manifest_papers(std::string const& patient, domain::ImagingManifest const& manifest) {
    NewDocument document;
    document.content = text_document(manifest_file(manifest));
    document.unique_id = manifest.sop_instance;
    document.mime_type = "application/dicom";
    Papers papers = papers_for(patient, {document});
    auto& entry = papers.submission.entries.front();
    entry.format_codes = {
        {"1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", "Key Object Selection Document"}};
    entry.source_patient_id = manifest.patient_id + "^^^&2.999.77.1&ISO";
    return papers;
}

struct Images {
    int http_status = 0;
    ebxml::RegistryResponse response;
    std::map<std::string, std::string> files;  ///< by SOP instance
    std::vector<std::string> codes() const {
        std::vector<std::string> out;
        for (auto const& row : response.errors) out.push_back(row.error_code);
        return out;
    }
    std::string text() const {
        std::string out = "HTTP " + std::to_string(http_status);
        for (auto const& row : response.errors)
            out += "\n" + row.error_code + " | " + row.context + " | " + row.location;
        return out;
    }
};

inline Images images_in(peer::PeerAnswer const& answer) {
    Images out;
    out.http_status = answer.status;
    auto const message = soap::read_message(as_bytes(answer.body), {});
    if (!message) return out;
    auto const response = ebxml::read_retrieve_response(message->envelope.payload);
    if (!response) return out;
    out.response = response->response;
    for (auto const& part : response->documents) {
        auto const bytes = from_base64(part.source.base64);
        out.files[part.request.document_unique_id] =
            bytes ? std::string(as_text(*bytes)) : "broken";
    }
    return out;
}

/// RAD-69 for every image of the manifest.
inline Images fetch_images(NodeClient const& client, domain::ImagingManifest const& manifest,
                           std::vector<std::string> const& syntaxes = {"1.2.840.10008.1.2.1"}) {
    ebxml::ImagingRetrieve request;
    request.transfer_syntaxes = syntaxes;
    for (auto const& study : manifest.studies) {
        for (auto const& series : study.series) {
            for (auto const& image : series.images)
                request.images.push_back(
                    {study.uid, series.uid, {std::nullopt, kToolkitSource, image.sop_instance}});
        }
    }
    auto const answer = client.post(
        "/xds-i/source", kSoapType,
        {{envelope(kImagesAction, ebxml::write_imaging_retrieve_request(request)), nullptr}});
    return answer ? images_in(*answer) : Images();
}

}  // namespace musubi::test
