#pragma once
// Other communities for a test: conformance/sim/neighbour.py as child processes, the directory and
// the agreement that know them.

#include "codec/soap/envelope.h"
#include "support/child_process.h"
#include "support/node_client.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <future>

namespace musubi::test {

/// A community with a gateway that does what it is told.
class Neighbour {
public:
    /// `known_as`: another home than by its number: as the sample agreement knows it.
    Neighbour(int number, std::filesystem::path folder, std::string known_as = "",
              std::string const& certificate = "node-b")
        : number_(number), folder_(std::move(folder)), home_(std::move(known_as)) {
        std::filesystem::create_directories(folder_);
        behave("good");
        auto const pki = test_pki();
        pid_ = spawn_child(
            {"/usr/bin/python3", source_dir() / "conformance/sim/neighbour.py", "--certificate",
             pki / (certificate + ".crt"), "--key", pki / (certificate + ".key"), "--ca",
             pki / "ca.crt", "--home", home(), "--repository", repository(), "--mode-file",
             folder_ / "mode", "--log", folder_ / "log", "--images", folder_ / "images"},
            {folder_ / "output"});
        if (!eventually([this] { return port() != 0; }))
            throw std::runtime_error("the neighbour did not start: " + read("output"));
    }
    ~Neighbour() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Neighbour(Neighbour const&) = delete;
    Neighbour& operator=(Neighbour const&) = delete;

    /// About documents, and about who somebody is.
    void behave(std::string const& mode, std::string const& discovery = "good",
                std::string const& later = "good") const {
        std::ofstream(folder_ / "new-mode") << mode << "\n" << discovery << "\n" << later << "\n";
        std::filesystem::rename(folder_ / "new-mode", folder_ / "mode");
    }
    /// How it sends answers on connections of its own.
    void answer_later(std::string const& mode) const { behave("good", "good", mode); }
    std::string home() const {
        return home_.empty() ? "urn:oid:2.999.7." + std::to_string(number_) : home_;
    }
    std::string repository() const { return home().substr(8) + ".2"; }
    std::string code() const { return "community-" + std::to_string(number_); }
    int port() const {
        std::string const text = read("output");
        return text.find('\n') == std::string::npos ? 0 : std::atoi(text.c_str());
    }
    /// One for each request that was understood; see conformance/sim/README.md.
    std::vector<std::string> asked() const { return lines("log"); }
    std::vector<std::string> lines(char const* file) const {
        std::vector<std::string> out;
        std::ifstream in(folder_ / file);
        for (std::string line; std::getline(in, line);) out.push_back(line);
        return out;
    }

    /// An image by its SOP Instance UID, or `manifest`, which each patient then has besides.
    void hold(std::string const& name, std::string const& file) const {
        std::filesystem::create_directories(folder_ / "images");
        std::ofstream(folder_ / "images" / name) << file;
    }
    /// With an imaging gateway.
    std::string imaging_entry(std::string const& more = "") const {
        return directory_entry("correlation: none, images: \"https://localhost:" +
                               std::to_string(port()) + "/gateway\"" + more);
    }
    std::string directory_entry(std::string const& more = "correlation: none") const {
        std::string const url = "https://localhost:" + std::to_string(port()) + "/gateway";
        return "  - {name: " + code() + ", homes: [\"" + home() + "\"], query: \"" + url +
               "\", retrieve: \"" + url + "\", " + more + "}\n";
    }
    /// Who has to be asked first by which id it knows a patient.
    std::string discovering_entry(std::string const& more = "") const {
        return directory_entry("correlation: xcpd, discovery: \"https://localhost:" +
                               std::to_string(port()) + "/gateway\"" + more);
    }
    /// Of whom a locator tells.
    std::string located_entry(std::string const& locator) const {
        return directory_entry("correlation: locator, locator: " + locator);
    }
    std::string member_entry(std::string const& role) const {
        std::string const oid = home().substr(8);
        std::string const digit = std::to_string(number_);
        return "  - code: " + code() + "\n    name: " + code() +
               "\n    kind: community\n    home_community_id: " + home() +
               "\n    institution_oid: " + oid +
               ".9\n    certificates:\n      - fingerprint: " + std::string(63, 'c') + digit +
               "\n    assigning_authorities: [" + oid + ".1]\n    default_role: " + role +
               "\n    transactions: [neighbour]\n";
    }

private:
    std::string read(char const* name) const {
        std::ifstream in(folder_ / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    int const number_;
    std::filesystem::path const folder_;
    std::string const home_;
    pid_t pid_ = -1;
};

/// What an initiating gateway answered.
struct Gathered {
    int http_status = 0;
    bool fault = false;
    ebxml::RegistryResponse response;
    std::vector<std::pair<std::string, std::string>> entries;  ///< home, unique id
    std::map<std::string, std::string> documents;              ///< unique id -> home and octets
    std::map<std::string, std::string> made_as;                ///< unique id -> on demand
    std::vector<std::string> codes() const {
        std::vector<std::string> out;
        for (auto const& row : response.errors) out.push_back(row.error_code);
        std::sort(out.begin(), out.end());
        return out;
    }
    int of(std::string const& home) const {
        return static_cast<int>(std::count_if(entries.begin(), entries.end(),
                                              [&](auto const& e) { return e.first == home; }));
    }
    std::string text() const {
        std::string out = "HTTP " + std::to_string(http_status) + (fault ? " fault" : "");
        for (auto const& row : response.errors)
            out += "\n" + row.error_code + " | " + row.context + " | " + row.location;
        return out;
    }
};

inline Gathered gathered(Result<peer::PeerAnswer> const& answer) {
    Gathered out;
    if (!answer) return out;
    out.http_status = answer->status;
    auto const message = soap::read_message(as_bytes(answer->body), {});
    if (!message) return out;
    xml::Element const payload = message->envelope.payload;
    if (payload.is(soap::kSoap12, "Fault")) {
        out.fault = true;
    } else if (auto const query = ebxml::read_query_response(payload)) {
        out.response = query->response;
        for (auto const& entry : query->objects.entries)
            out.entries.emplace_back(entry.home.value_or(""), entry.unique_id.value_or(""));
        for (auto const& ref : query->refs) out.entries.emplace_back(ref.home.value_or(""), ref.id);
    } else if (auto const retrieve = ebxml::read_retrieve_response(payload)) {
        out.response = retrieve->response;
        for (auto const& part : retrieve->documents) {
            auto const bytes = from_base64(part.source.base64);
            if (part.new_document_unique_id)
                out.made_as[part.request.document_unique_id] = *part.new_document_unique_id;
            out.documents[part.request.document_unique_id] =
                part.request.home.value_or("-") + " " +
                (bytes ? std::string(as_text(*bytes)) : "broken");
        }
    }
    return out;
}

inline Gathered ask_gateway(NodeClient const& client, domain::RawQuery const& query) {
    return gathered(
        client.post("/xca/initiating", kSoapType,
                    {{envelope(kQueryAction, ebxml::write_adhoc_query_request(query)), nullptr}}));
}
inline Gathered find_everywhere(NodeClient const& client, std::string const& patient) {
    return ask_gateway(
        client,
        find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))}));
}
inline Gathered fetch_everywhere(NodeClient const& client,
                                 std::vector<domain::DocumentRequest> const& wanted) {
    return gathered(
        client.post("/xca/initiating", kSoapType,
                    {{envelope(kRetrieveAction, ebxml::write_retrieve_request(wanted)), nullptr}}));
}

}  // namespace musubi::test
