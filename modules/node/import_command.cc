// musubi import: a member provides the submission sets of an export again, to another node, by the
// ordinary transaction (ITI-41) and in its own name, so that authorship, agreement and consent
// there count as for any submission.

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "node/client_options.h"
#include "node/progress.h"
#include "node/soap_client.h"
#include "node/transfer/package.h"
#include "node/transfer/patient_ids.h"
#include "node/transfer_commands.h"
#include "platform/base/text.h"

#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

/// What was accepted already, one package a line; added to as it goes.
class Done {
public:
    static Result<Done> open(std::string const& file) {
        Done out;
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) out.names_.insert(line);
        out.stream_.open(file, std::ios::app);
        if (!out.stream_) return Error(Code::kStorageUnavailable, file + ": cannot be written");
        return out;
    }
    bool has(std::string const& name) const { return names_.contains(name); }
    Status add(std::string const& name) {
        stream_ << name << "\n" << std::flush;
        if (!stream_) return Error(Code::kStorageUnavailable, "cannot note what is done");
        return {};
    }

private:
    std::set<std::string> names_;
    std::ofstream stream_;
};

void rename_patient(std::optional<std::string>& id,
                    std::map<std::string, std::string> const& patients) {
    auto const found = id ? patients.find(*id) : patients.end();
    if (found != patients.end()) id = found->second;
}

void rename_patients(domain::Submission& submission,
                     std::map<std::string, std::string> const& patients) {
    for (auto& one : submission.entries) rename_patient(one.patient_id, patients);
    for (auto& one : submission.folders) rename_patient(one.patient_id, patients);
    for (auto& one : submission.submission_sets) rename_patient(one.patient_id, patients);
}

Status provide(peer::PeerClient& client, Options const& options, ExportedPackage package) {
    SoapCall request;
    request.url = options["url"];
    request.action = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b";
    request.body = ebxml::write_provide_and_register(package.submission, package.documents);
    request.mtom = true;
    request.identity = identity_of(options);
    request.security = TRY(security_of(options));
    SoapAnswer const answer = TRY(call(client, std::move(request)));
    auto const response = TRY(ebxml::read_registry_response(answer.envelope.payload));
    if (response.status == ebxml::ResponseStatus::kSuccess) return {};
    std::string errors;
    for (auto const& row : response.errors)
        errors += (errors.empty() ? "" : "; ") + row.error_code + " " + row.context;
    return Error(Code::kInvalidContent, errors);
}

Status import(Options const& options) {
    fs::path const folder = options.positional().front();
    auto const patients = TRY(read_patient_ids(options["patients"]));
    auto const packages = TRY(packages_of(folder, options["member"]));
    auto done = TRY(Done::open(options["done"]));
    peer::PeerClient client;
    Progress progress("import", packages.size());
    std::size_t at = 0, refused = 0, provided = 0;
    for (std::string const& name : packages) {
        ++at;
        progress.show(at, at);
        if (done.has(name)) continue;
        auto package = read_package(folder / name);
        Status sent = package ? Status() : Status(package.error());
        if (package) {
            rename_patients(package->submission, patients);
            sent = provide(client, options, std::move(*package));
        }
        if (!sent) {
            std::fprintf(stderr, "%s: %s\n", name.c_str(), sent.error().detail.c_str());
            // Nobody there: the rest would fail alike.
            if (sent.error().code == Code::kPeerUnavailable) return sent;
            ++refused;
            continue;
        }
        TRY(done.add(name));
        ++provided;
    }
    progress.done(at);
    std::printf("%zu packages provided, %zu before, %zu refused\n", provided,
                packages.size() - provided - refused, refused);
    if (refused > 0) return Error(Code::kInvalidContent, "not everything was accepted");
    return {};
}

}  // namespace

int run_import(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "import",
            "Provides the submission sets of an export (docs/export.md) that one member published "
            "to another node again (ITI-41), with the member's own certificate and in their order. "
            "What was accepted is noted in --done and not sent again; refused and damaged packages "
            "are named.",
            with_user({{"url", "the repository", "https://localhost:8443/xds/repository"},
                       {"member", "code, as the export calls it", "", true},
                       {"done", "file that remembers what was accepted", "", true},
                       {"patients",
                        "file: old regional id, tab, new one (CX), a line each; those that are "
                        "not named stay",
                        ""}}),
            arguments, options, "DIR")) {
        return *exit;
    }
    if (options.positional().size() != 1) {
        std::fprintf(stderr, "musubi import: name the folder of the export\n");
        return 2;
    }
    auto const done = import(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
