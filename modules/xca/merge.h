#pragma once
// Many answers made one (ITI TF-2 3.18.4.1.3 with the affinity-domain option; 3.43.4.1.3). A
// neighbour is believed as far as it speaks of itself: objects without home, with a home that is
// not its own, or of another patient than was asked for are left out and told. Pure but for Seen;
// one merge, one thread.

#include "codec/ebxml/read.h"
#include "core/transaction.h"
#include "xca/communities.h"
#include "xca/seen.h"

#include <functional>
#include <set>

namespace musubi::xca {

/// An object of another community as it came.
struct ForeignObject {
    std::string home, id;
    std::string xml;      ///< with the prefixes rim, query and rs in scope
    std::string patient;  ///< our id; empty: not known, then only exempt askers see it
    std::string owner;    ///< the community's code in our agreement
    bool is_entry = false;
    bool is_package = false;     ///< a submission set or a folder
    bool is_reference = false;   ///< came as no more than an id
    std::string unique_id;       ///< of an entry
    domain::Label label;         ///< of an entry
    std::string source, target;  ///< of an association
};

/// What one community was asked.
struct AskedOf {
    Community const& community;
    std::string member;   ///< its code in our agreement: the owner of what it shows
    std::string patient;  ///< our id; empty: a question by ids
    std::string sent_as;  ///< the id by which it was asked for him
    domain::ReturnType wanted = domain::ReturnType::kLeafClass;  ///< by our own asker
};

class QueryMerge {
public:
    explicit QueryMerge(Seen& seen) : seen_(seen) {}

    /// `response` is an AdhocQueryResponse.
    Status take(AskedOf const& asked, xml::Element response);
    /// It could not be asked, or did not answer.
    void unavailable(Community const& community);
    /// It said that it does not know the patient.
    void nothing_there() { ++answered_; }
    /// Whether the answer taken last said that the id of the patient means nothing there.
    bool id_unknown() const { return id_unknown_; }
    /// How far the answer taken last was one. That a patient is not known there is an answer.
    ebxml::ResponseStatus told() const { return told_; }
    /// Our own registry: how it ended.
    void local(std::string const& home, Error const* error, std::string_view trace);

    /// Removes what the permit does not show, and associations to it. A set or folder shows with an
    /// entry in it that does; where none came with it, when the permit could show one of its owner.
    /// A bare id shows to exempt askers alone: nothing tells what it is of. How many entries.
    static int hide(core::Permit const& permit, std::vector<ForeignObject>& objects);
    using ScopeOf = std::function<domain::Scope const&(std::string const& patient)>;
    static int hide(ScopeOf const& scope_of, std::vector<ForeignObject>& objects);

    ebxml::ResponseStatus status() const;
    std::vector<ForeignObject> objects;
    std::vector<ebxml::RegistryErrorRow> rows;

private:
    struct Told;
    ebxml::ResponseStatus take_errors(AskedOf const& asked,
                                      ebxml::RegistryResponse const& response);
    std::string home_of(AskedOf const& asked, xml::Element element);
    void add(AskedOf const& asked, xml::Element element, Told const& told);
    void tell(Community const& community, std::string_view code, std::string text);

    Seen& seen_;
    std::set<std::pair<std::string, std::string>> taken_;  ///< home and id
    int answered_ = 0;                                     ///< with success, or with nothing
    bool id_unknown_ = false;
    ebxml::ResponseStatus told_ = ebxml::ResponseStatus::kFailure;
};

/// What we say of a community.
ebxml::RegistryErrorRow told_of(Community const& community, std::string_view code,
                                std::string const& text);
ebxml::RegistryErrorRow unavailable_row(Community const& community);

/// A row of a neighbour as we hand it on: its code if it is one, its words cut short, its name in
/// front, its home as the place.
ebxml::RegistryErrorRow relayed(Community const& community, ebxml::RegistryErrorRow row);

}  // namespace musubi::xca
