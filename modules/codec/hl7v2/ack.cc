#include "codec/hl7v2/ack.h"

#include "codec/hl7v2/data_types.h"
#include "platform/base/japanese.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

constexpr std::size_t kMaxFindings = 100;
constexpr std::size_t kMaxUserMessage = 250;  // ERR-8

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// 2.n or 2.n.n
bool is_version(std::string_view text) {
    bool const short_form = text.size() == 3 && text.starts_with("2.") && is_digit(text[2]);
    bool const long_form = text.size() == 5 && text.starts_with("2.") && is_digit(text[2]) &&
                           text[3] == '.' && is_digit(text[4]);
    return short_form || long_form;
}
bool has_old_err(std::string_view version) { return version.substr(0, 3) < "2.5"; }

/// A request that names no receiver is answered in our own name.
HierarchicDesignator named(HierarchicDesignator const& hd, std::string const& own) {
    return hd.empty() ? HierarchicDesignator{own, {}, {}} : hd;
}

/// The parts of "PID^1^3"; what is not a segment id and numbers is no location.
std::vector<std::string_view> location_parts(std::string_view location) {
    std::vector<std::string_view> parts = split(location, '^');
    bool const fits =
        parts.size() <= 6 && parts[0].size() == 3 &&
        std::all_of(parts.begin() + 1, parts.end(), [](std::string_view part) {
            return part.size() <= 5 && std::all_of(part.begin(), part.end(), is_digit);
        });
    return fits ? parts : std::vector<std::string_view>();
}

std::string code_text(Condition condition) { return std::to_string(static_cast<int>(condition)); }

struct Finding {
    Condition condition;
    Severity severity;
    std::string_view location;
    std::string_view text;
};

std::vector<Finding> findings_of(Error const& error) {
    std::vector<Finding> findings;
    for (Issue const& issue : error.issues) {
        if (findings.size() == kMaxFindings) break;
        findings.push_back({condition_of(error.code, issue.reason), issue.severity, issue.location,
                            issue.context});
    }
    if (findings.empty()) {
        findings.push_back({condition_of(error.code, error.reason), Severity::kError, {}, {}});
    }
    return findings;
}

/// Up to 2.4: segment ^ sequence ^ field ^ code&text&table, repeating.
void add_old_err(Builder& answer, std::vector<Finding> const& findings) {
    answer.segment("ERR");
    int repetition = 0;
    for (Finding const& finding : findings) {
        ++repetition;
        auto const parts = location_parts(finding.location);
        for (std::size_t i = 0; i < parts.size() && i < 3; ++i) {
            answer.set(At{1, repetition, static_cast<int>(i) + 1, 1}, parts[i]);
        }
        answer.set(At{1, repetition, 4, 1}, code_text(finding.condition));
        answer.set(At{1, repetition, 4, 2}, text_of(finding.condition));
        answer.set(At{1, repetition, 4, 3}, "HL70357");
    }
}

/// The first characters, whole ones, that fit `limit` octets.
std::string_view clipped(std::string_view utf8, std::size_t limit) {
    if (utf8.size() <= limit) return utf8;
    while (limit > 0 && (static_cast<unsigned char>(utf8[limit]) & 0xc0) == 0x80) --limit;
    return utf8.substr(0, limit);
}

void add_new_err(Builder& answer, Finding const& finding, std::string const& correlation) {
    answer.segment("ERR");
    auto const parts = location_parts(finding.location);
    for (std::size_t i = 0; i < parts.size(); ++i)
        answer.set(At{2, 1, static_cast<int>(i) + 1, 1}, parts[i]);
    answer.set(At{3, 1, 1, 1}, code_text(finding.condition));
    answer.set(At{3, 1, 2, 1}, text_of(finding.condition));
    answer.set(At{3, 1, 3, 1}, "HL70357");
    answer.set(4, finding.severity == Severity::kError ? "E" : "W");
    answer.set(7, correlation);
    answer.set(8, clipped(finding.text, kMaxUserMessage));
}

std::string ack_type(Header const& request, std::string const& version) {
    bool const known = !request.trigger.empty() && request.trigger.size() <= 3 &&
                       std::all_of(request.trigger.begin(), request.trigger.end(),
                                   [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
    if (!known) return has_old_err(version) ? "ACK" : "ACK^^ACK";
    return "ACK^" + request.trigger + (has_old_err(version) ? "" : "^ACK");
}

}  // namespace

std::string answer_version(Header const& request, AckSeal const& seal) {
    return is_version(request.version) ? request.version : seal.version;
}

std::string_view ack_code_text(AckMode mode, AckCode code) {
    bool const original = mode == AckMode::kOriginal;
    switch (code) {
        case AckCode::kAccept: return original ? "AA" : "CA";
        case AckCode::kError: return original ? "AE" : "CE";
        case AckCode::kReject: return original ? "AR" : "CR";
    }
    return original ? "AR" : "CR";
}

AckCode ack_code_of(Error const* error) {
    if (error == nullptr) return AckCode::kAccept;
    for (Finding const& finding : findings_of(*error)) {
        // ITI TF-2 C.2.3: what the header asks for and we do not offer is a reject.
        bool const unsupported = finding.condition >= Condition::kUnsupportedMessageType &&
                                 finding.condition <= Condition::kUnsupportedVersion;
        if (unsupported) return AckCode::kReject;
    }
    return ack_code(error->code);
}

Builder begin_answer(Header const& request, AckSeal const& seal, std::string_view type) {
    Builder answer(request.delimiters);
    answer.segment("MSH");
    set_hd(answer, 3, named(request.receiving_application, seal.application));
    set_hd(answer, 4, named(request.receiving_facility, seal.facility));
    set_hd(answer, 5, request.sending_application);
    set_hd(answer, 6, request.sending_facility);
    answer.set(7, seal.time);
    int component = 0;
    for (std::string_view const part : split(type, '^')) answer.set(At{9, 1, ++component, 1}, part);
    answer.set(10, seal.control_id);
    std::string_view const mode = request.processing_id;
    answer.set(11, mode == "P" || mode == "T" || mode == "D" ? mode : "P");
    answer.set(12, answer_version(request, seal));
    return answer;
}

void add_msa(Builder& answer, Header const& request, AckSeal const& seal, Error const* error) {
    answer.segment("MSA");
    answer.set(1, ack_code_text(seal.mode, ack_code_of(error)));
    answer.set(2, request.control_id);
}

void add_err(Builder& answer, Header const& request, AckSeal const& seal, Error const& error) {
    std::vector<Finding> const findings = findings_of(error);
    if (has_old_err(answer_version(request, seal))) return add_old_err(answer, findings);
    for (Finding const& finding : findings) add_new_err(answer, finding, seal.correlation);
}

Bytes write_ack(Header const& request, AckSeal const& seal, Error const* error) {
    auto const made = [&](Header const& header) {
        Builder answer = begin_answer(header, seal, ack_type(header, answer_version(header, seal)));
        add_msa(answer, header, seal, error);
        if (error != nullptr) add_err(answer, header, seal, *error);
        return answer.text();
    };
    auto bytes = write(made(request), request.charset, nearest_jis_text);
    if (bytes) return *std::move(bytes);
    Header bare;
    bare.version = request.version;
    bare.trigger = request.trigger;
    std::string text = made(bare);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
        '?');
    ByteView const view = as_bytes(text);
    return Bytes(view.begin(), view.end());
}

bool ack_wanted(std::string_view condition, AckCode code) {
    if (condition.empty() || condition == "NE") return false;
    if (condition == "ER") return code != AckCode::kAccept;
    if (condition == "SU") return code == AckCode::kAccept;
    return true;
}

}  // namespace musubi::hl7v2
