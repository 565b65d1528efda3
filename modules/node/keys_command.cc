// musubi keys: what operators and officers do with the keys.

#include "node/command.h"
#include "node/erase_command.h"
#include "node/key_ring_check.h"
#include "node/node_config.h"
#include "node/open_command.h"
#include "node/operator_records.h"
#include "node/options.h"
#include "node/statement_files.h"
#include "platform/vault/durable_file.h"
#include "policy/agreement.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

namespace musubi::node {
namespace {

Status record(OperatorTools& tools, std::string const& what, std::string const& text) {
    return tools.audit->record({operator_event(tools, what, "urn:musubi:keys", text)});
}

Status show(OperatorTools& tools) {
    auto const master = TRY(master_key_of(tools.config()));
    auto const keys = TRY(tools.services->keys->list());
    std::printf("master key %s\n", master->name().c_str());
    int others = 0;
    for (vault::KeyInfo const& key : keys) {
        bool const erased = !key.erased_at.empty();
        if (!erased && key.master != master->name()) ++others;
        std::printf("%6u  %-40s version %-3u made %-27s %s%s\n", key.id, key.institution.c_str(),
                    key.version, key.made_at.empty() ? "earlier" : key.made_at.c_str(),
                    erased        ? "destroyed "
                    : key.current ? "current"
                                  : "older",
                    key.erased_at.c_str());
    }
    if (others > 0)
        std::printf(
            "%d keys are wrapped by another master key or in the first format: musubi "
            "keys rewrap\n",
            others);
    return {};
}

/// The keys of an institution: its documents' are called by its OID, those of what it told about
/// patients by its member code. `word` is either.
Result<std::set<std::string>> keys_named(OperatorTools& tools, std::string const& word) {
    std::set<std::string> wanted = {word}, out;
    if (auto const agreement = agreement_of(tools)) {
        for (policy::AgreementMember const& one : (*agreement)->members) {
            if (one.member.code == word || one.member.institution_oid == word)
                wanted.insert({one.member.code, one.member.institution_oid});
        }
    }
    for (vault::KeyInfo const& key : TRY(tools.services->keys->list()))
        if (wanted.contains(key.institution)) out.insert(key.institution);
    if (out.empty())
        return Error(Code::kNotFound, "no key and no member is called " + word +
                                          " (musubi keys show tells the names)");
    return out;
}

Status rotate(OperatorTools& tools, std::string const& word) {
    for (std::string const& institution : TRY(keys_named(tools, word))) {
        vault::KeyId const id = TRY(tools.services->keys->rotate(institution));
        TRY(record(tools, "keys-rotate",
                   "new data key " + std::to_string(id) + " for " + institution));
        std::printf("key %u of %s seals from now on; running nodes take it with the next reload\n",
                    id, institution.c_str());
    }
    return {};
}

Status rewrap(OperatorTools& tools) {
    // Recorded first: when it stops on the way, the trail tells that it was begun.
    std::string const name = TRY(master_key_of(tools.config()))->name();
    TRY(record(tools, "keys-rewrap", "data keys are wrapped by master key " + name));
    int const count = TRY(tools.services->keys->rewrap());
    std::printf("%d keys wrapped by master key %s; all of them are now\n", count, name.c_str());
    if (!tools.config().text("keys.previous_master").empty())
        std::printf(
            "keys.previous_master is needed no more by this folder, but by backups of it\n");
    return {};
}

Result<int> read_count(std::string const& text, char const* option) {
    int count = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 2 || count > 255)
        return Error(Code::kInvalidContent, std::string("--") + option + ": 2 to 255");
    return count;
}

std::string master_of(Options const& options, core::Config const* config) {
    if (options.has("master")) return options["master"];
    return config ? master_description(*config) : std::string();
}

Status split(Options const& options, core::Config const* config) {
    vault::ShareCount const count{TRY(read_count(options["shares"], "shares")),
                                  TRY(read_count(options["threshold"], "threshold"))};
    auto const file = vault::master_key_path(master_of(options, config));
    if (file.empty() || !options.has("out"))
        return Error(Code::kInvalidContent, "split needs a master key in a file, and --out FOLDER");
    auto const lines = TRY(vault::split_master_key(file, count));
    std::filesystem::path const folder = options["out"];
    TRY(vault::make_folder(folder));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto const path = folder / ("share-" + std::to_string(i + 1) + "-of-" +
                                    std::to_string(lines.size()) + ".txt");
        auto share = TRY(vault::File::create(path));
        TRY(share.write(as_bytes(lines[i] + "\n")));
        TRY(share.sync());
    }
    TRY(vault::sync_folder(folder));
    std::printf(
        "%zu shares in %s, any %d of them make the key. Give each to another officer, prove "
        "them with `musubi keys join`, and only then destroy the file.\n",
        lines.size(), folder.c_str(), count.threshold);
    return {};
}

Status join(Options const& options) {
    auto const& words = options.positional();
    std::vector<std::filesystem::path> const shares(words.begin() + 1, words.end());
    if (shares.empty() || !options.has("out"))
        return Error(Code::kInvalidContent, "join needs the files of the shares, and --out FILE");
    TRY(vault::join_master_key(shares, options["out"]));
    auto const master = TRY(vault::open_master_key("file:" + options["out"]));
    std::printf("master key %s\n", master->name().c_str());
    return {};
}

Status make(Options const& options) {
    if (!options.has("master"))
        return Error(Code::kInvalidContent, "make needs --master, a file or pkcs11:...");
    TRY(vault::make_master_key(options["master"]));
    auto const master = TRY(vault::open_master_key(options["master"]));
    std::printf("master key %s\n", master->name().c_str());
    return {};
}

/// Work of a ceremony may come before there is a node; with one it is recorded.
Status ceremony(Options const& options, std::string const& verb) {
    std::unique_ptr<OperatorTools> tools;
    if (options.has("config"))
        tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    Status const done = verb == "make"    ? make(options)
                        : verb == "split" ? split(options, tools ? &tools->config() : nullptr)
                                          : join(options);
    if (!tools) return done;
    std::string const outcome = done ? "" : ", failed";
    TRY(record(*tools, "keys-" + verb, "master key: " + verb + outcome));
    return done;
}

Status run(Options const& options) {
    auto const& words = options.positional();
    std::string const& verb = words.front();
    if (verb == "make" || verb == "split" || verb == "join") return ceremony(options, verb);
    if (!options.has("config")) return Error(Code::kInvalidContent, "--config is missing");
    bool const records = verb == "open" || verb == "erase";
    auto tools =
        TRY(OperatorTools::open(options["config"], records ? OperatorTools::Touches::kPatients
                                                           : OperatorTools::Touches::kNobody));
    if (verb == "show") return show(*tools);
    if (verb == "rewrap") return rewrap(*tools);
    if (verb == "open" && words.size() >= 3)
        return open_document(
            *tools, words[1],
            {options["out"], {}, words[2], std::vector(words.begin() + 3, words.end())});
    if (verb == "erase" && words.size() >= 3)
        return erase_keys(
            *tools, words[1],
            {options["out"], {words[2], std::vector(words.begin() + 3, words.end())}});
    if (words.size() != 2) return Error(Code::kInvalidContent, "name one institution or document");
    if (verb == "erase-approval")
        return write_erasure_approval(*tools, words[1], options["reason"], options["out"]);
    if (verb == "open" || verb == "erase")
        return Error(Code::kInvalidContent, "name the approval and the officers' signatures");
    if (verb == "approval")
        return write_opening_approval(*tools, words[1],
                                      {options["out"], options["reason"], {}, {}});
    return rotate(*tools, words[1]);
}

}  // namespace

int run_keys(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "keys",
            "show: every key and what wraps it. rotate: a new data key for an institution. rewrap: "
            "wraps the data keys with keys.master after it changed, keys.previous_master being the "
            "one before; contents stay as they are. make: a new master key (--master). split: the "
            "master key file in shares, any --threshold of which make it again. join: shares into "
            "a file (--out). approval: the text that two of keys.officers sign; open: with it and "
            "their signatures, one document into --out, announced to the member that published it. "
            "erase-approval: the same for destroying the keys of a member that has left; erase: "
            "with it and their signatures, for ever, with a signed certificate in --out. "
            "Each is recorded.",
            {{"config", "configuration file; make, split and join may go without", ""},
             {"master", "make, split: a file, or pkcs11:...; default: the configured one", ""},
             {"shares", "split: how many", "5"},
             {"threshold", "split: how many of them make the key", "3"},
             {"out",
              "split: folder of the shares; join: file of the key; approval, open: "
              "file; erase: certificate",
              ""},
             {"reason", "approvals: why, in words without personal data", ""}},
            arguments, options,
            "show|rotate INSTITUTION|rewrap|make|split|join SHARE...|approval DOCUMENT|open "
            "DOCUMENT APPROVAL SIGNATURE...|erase-approval MEMBER|erase MEMBER APPROVAL "
            "SIGNATURE...")) {
        return *exit;
    }
    auto const& words = options.positional();
    constexpr std::string_view kVerbs[] = {"show", "rotate",   "rewrap", "make",           "split",
                                           "join", "approval", "open",   "erase-approval", "erase"};
    if (words.empty() || std::ranges::find(kVerbs, words[0]) == std::end(kVerbs)) {
        std::fprintf(stderr,
                     "musubi keys: say show, rotate, rewrap, make, split, join, approval, open, "
                     "erase-approval or erase\n");
        return 2;
    }
    auto const done = run(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
