#include "platform/xml/engine.h"

#include "platform/xml/schema_words.h"
#include "platform/xml/tree_builder.h"

#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/framework/XMLGrammarPoolImpl.hpp>
#include <xercesc/parsers/SAX2XMLReaderImpl.hpp>
#include <xercesc/sax2/Attributes.hpp>
#include <xercesc/sax2/DefaultHandler.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/StringPool.hpp>
#include <xercesc/util/XMLEntityResolver.hpp>
#include <xercesc/util/XMLUni.hpp>
#include <xercesc/validators/datatype/DatatypeValidatorFactory.hpp>
#include <xercesc/validators/schema/SchemaElementDecl.hpp>
#include <xercesc/validators/schema/SchemaValidator.hpp>

#include <algorithm>
#include <list>

namespace musubi::xml {
namespace {

using namespace xercesc;  // NOLINT: this file is the library's wrapper

// Foreign namespace names that a compiled form may collect before it is replaced.
constexpr unsigned kForeignNames = 2000;
constexpr std::size_t kParsersPerThread = 4;

}  // namespace

struct Grammar {
    XMLGrammarPoolImpl pool{XMLPlatformUtils::fgMemoryManager};
    unsigned own_names = 0;

    bool worn_out() {
        return pool.getURIStringPool()->getStringCount() > own_names + kForeignNames;
    }
};

namespace {

// The library's regular expressions make tables when a character class is met first, and all
// threads share the built-in types: a thread that comes in between sees half a table and calls a
// good value wrong. Our schemas have no patterns; of the built-in ones they use xs:language, whose
// classes are all met here before there are threads.
void meet_character_classes() {
    DatatypeValidator* const language =
        DatatypeValidatorFactory::getBuiltInRegistry()->get(u"language");
    if (language == nullptr) return;
    for (XMLCh const* value : {u"aa-a1-b", u"i-aa-b1", u"I-aa-b1", u"x-aa-b1", u"X-aa-b1"}) {
        try {
            language->validate(value, nullptr, XMLPlatformUtils::fgMemoryManager);
        } catch (XMLException const&) {  // the tables are made all the same
        }
    }
}

void start_library() {
    // Never terminated: parsers of threads that end late must still find it.
    static bool const started = [] {
        XMLPlatformUtils::Initialize();
        meet_character_classes();
        return true;
    }();
    (void)started;
}

std::u16string_view view(XMLCh const* text) { return text ? std::u16string_view(text) : u""; }

/// Serves the schema files to each other, and nothing to documents.
class Resolver final : public XMLEntityResolver {
public:
    explicit Resolver(std::vector<SchemaSources::File> const* files) : files_(files) {}

    InputSource* resolveEntity(XMLResourceIdentifier* asked) override {
        std::string const path = to_utf8(view(asked->getSystemId()));
        if (files_ != nullptr) {
            for (SchemaSources::File const& file : *files_) {
                if (file.path == path) return source(file.bytes, asked->getSystemId());
            }
        }
        return source({}, asked->getSystemId());
    }

    static MemBufInputSource* source(std::string_view bytes, XMLCh const* name) {
        return new MemBufInputSource(reinterpret_cast<XMLByte const*>(bytes.data()), bytes.size(),
                                     name);
    }

private:
    std::vector<SchemaSources::File> const* files_;
};

/// The library says it adopts a validator but never frees it; as the first base it outlives the
/// reader.
struct ValidatorOwner {
    std::unique_ptr<SchemaValidator> validator_;
};

/// Feeds the tree and collects what is wrong. Without validation any error counts as fatal.
class Parser final : private ValidatorOwner, public SAX2XMLReaderImpl, private DefaultHandler {
public:
    Parser(std::shared_ptr<Grammar> grammar, bool validating)
        : SAX2XMLReaderImpl(XMLPlatformUtils::fgMemoryManager, &grammar->pool),
          grammar_(std::move(grammar)),
          validating_(validating) {
        setProperty(XMLUni::fgXercesScannerName, const_cast<XMLCh*>(XMLUni::fgSGXMLScanner));
        if (validating) {
            validator_ = std::make_unique<SchemaValidator>();
            setValidator(validator_.get());
        }
        setFeature(XMLUni::fgSAX2CoreNameSpaces, true);
        setFeature(XMLUni::fgSAX2CoreNameSpacePrefixes, false);
        setFeature(XMLUni::fgSAX2CoreValidation, validating);
        setFeature(XMLUni::fgXercesDynamic, false);
        setFeature(XMLUni::fgXercesSchema, validating);
        setFeature(XMLUni::fgXercesSchemaFullChecking, false);
        setFeature(XMLUni::fgXercesIdentityConstraintChecking, false);
        setFeature(XMLUni::fgXercesUseCachedGrammarInParse, validating);
        setFeature(XMLUni::fgXercesLoadSchema, false);
        setFeature(XMLUni::fgXercesLoadExternalDTD, false);
        setFeature(XMLUni::fgXercesDisableDefaultEntityResolution, true);
        setFeature(XMLUni::fgXercesContinueAfterFatalError, false);
        setXMLEntityResolver(&nothing_);
        setContentHandler(this);
        setErrorHandler(
            this);  // without one the library reports to nobody, not even to error() below
    }

    bool uses(Grammar const* grammar) const { return grammar_.get() == grammar; }
    bool validating() const { return validating_; }
    bool worn_out() const { return grammar_->worn_out(); }

    Status read(std::string_view utf8, Limits const& limits, DocumentData& document) {
        TreeBuilder builder(document);
        builder_ = &builder;
        document_ = &document;
        limits_ = &limits;
        fatal_.clear();
        unnamed_ = 0;
        MemBufInputSource source(reinterpret_cast<XMLByte const*>(utf8.data()), utf8.size(),
                                 u"message");
        source.setEncoding(XMLUni::fgUTF8EncodingString);
        source.setCopyBufToStream(false);
        parse(source);
        name_findings();
        if (!fatal_.empty()) return Error(Code::kInvalidMessage, fatal_);
        if (document.root == nullptr) return Error(Code::kInvalidMessage, "no root element");
        return {};
    }

private:
    void setDocumentLocator(Locator const* locator) override { locator_ = locator; }
    void startPrefixMapping(XMLCh const* prefix, XMLCh const* uri) override {
        builder_->declare_prefix(view(prefix), view(uri));
    }
    void startElement(XMLCh const* uri, XMLCh const* local, XMLCh const*,
                      Attributes const& attributes) override {
        for (XMLSize_t i = 0; i < attributes.getLength(); ++i) {
            builder_->add_attribute(view(attributes.getURI(i)), view(attributes.getLocalName(i)),
                                    view(attributes.getValue(i)));
        }
        builder_->start_element(view(uri), view(local),
                                static_cast<std::uint32_t>(locator_->getLineNumber()));
        name_findings();
        if (validator_ != nullptr && validator_->getIsXsiTypeSet()) forget_type();
    }
    void endElement(XMLCh const*, XMLCh const*, XMLCh const*) override {
        name_findings();
        builder_->end_element();
    }
    void characters(XMLCh const* text, XMLSize_t size) override {
        builder_->characters({text, size});
    }

    void error(unsigned code, XMLCh const* domain, XMLErrorReporter::ErrTypes type,
               XMLCh const* message, XMLCh const*, XMLCh const*, XMLFileLoc line,
               XMLFileLoc column) override {
        if (type == XMLErrorReporter::ErrType_Warning || muted_) return;
        if (type == XMLErrorReporter::ErrType_Fatal || !validating_) {
            if (fatal_.empty()) {
                fatal_ = "not well-formed (rule " + std::to_string(code) + "), line " +
                         std::to_string(line) + ", column " + std::to_string(column);
            }
            return;
        }
        if (document_->findings.size() >= limits_->findings) return;
        auto const words = words_for(code, view(domain), view(message));
        if (!words) return;
        SchemaFinding finding;
        finding.issue.context = words->rule;
        // The line is kept here until the element is known.
        finding.issue.location = std::to_string(line);
        document_->findings.push_back(std::move(finding));
        ++unnamed_;
        if (words->at == FindingAt::kOpenElement) name_findings();
    }

    static std::optional<SchemaWords> words_for(unsigned code, std::u16string_view domain,
                                                std::u16string_view message) {
        if (domain == view(XMLUni::fgValidityDomain)) return describe_violation(code, message);
        if (domain == view(XMLUni::fgExceptDomain)) return describe_value(message);
        return SchemaWords{"schema instance rule " + std::to_string(code) + " is broken"};
    }

    /// The library notes the xsi:type of an element that no schema knows (a SAML attribute value,
    /// say) and applies it to the next element that one does know. A decoy element takes it away;
    /// what is wrong with that is muted.
    void forget_type() {
        muted_ = true;
        SchemaElementDecl decoy(u"", u"decoy", 1);
        XMLSize_t failing = 0;
        validator_->validateElement(&decoy);
        validator_->checkContent(&decoy, nullptr, 0, &failing);
        validator_->resetNillable();
        muted_ = false;
    }

    /// Completes the findings that waited for the name of their element: "line 3, a/b/c: rule".
    void name_findings() {
        if (unnamed_ == 0) return;
        std::string path;
        for (auto const* at = builder_->open_element(); at != nullptr; at = at->parent) {
            path.insert(0, std::string(at->local_name.substr(0, 64)) + (path.empty() ? "" : "/"));
        }
        for (; unnamed_ > 0; --unnamed_) {
            SchemaFinding& finding = document_->findings[document_->findings.size() - unnamed_];
            finding.path = path;
            finding.issue.context =
                "line " + finding.issue.location + ", " + path + ": " + finding.issue.context;
            finding.issue.location.clear();
        }
    }

    std::shared_ptr<Grammar> grammar_;
    bool validating_;
    Resolver nothing_{nullptr};
    Locator const* locator_ = nullptr;
    TreeBuilder* builder_ = nullptr;
    DocumentData* document_ = nullptr;
    Limits const* limits_ = nullptr;
    std::string fatal_;
    std::size_t unnamed_ = 0;
    bool muted_ = false;
};

/// Runs `work`, turning whatever the library throws into an error.
template <class Work>
Status guarded(Work work) {
    try {
        return work();
    } catch (OutOfMemoryException const&) {
        return Error(Code::kTooLarge, "out of memory while parsing XML");
    } catch (XMLException const& e) {
        return Error(Code::kInvalidMessage, "XML library exception " + std::to_string(e.getCode()));
    } catch (SAXException const&) {
        return Error(Code::kInvalidMessage, "XML library exception");
    }
}

/// Notes the first error while schemas are compiled. Their text is our own, so the message may be
/// told.
class CompileErrors final : public ErrorHandler {
public:
    void warning(SAXParseException const&) override {}
    void error(SAXParseException const& e) override {
        if (!first.empty()) return;
        first = to_utf8(view(e.getSystemId())) + ":" + std::to_string(e.getLineNumber()) + ": " +
                to_utf8(view(e.getMessage()));
    }
    void fatalError(SAXParseException const& e) override { error(e); }
    void resetErrors() override {}

    std::string first;
};

std::string entry_schema(std::vector<SchemaSources::File> const& files) {
    std::string out = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">";
    std::vector<std::string_view> seen;
    for (SchemaSources::File const& file : files) {
        if (file.target_namespace.empty()) continue;
        if (std::find(seen.begin(), seen.end(), file.target_namespace) != seen.end()) continue;
        seen.push_back(file.target_namespace);
        out += "<xs:import namespace=\"" + file.target_namespace + "\" schemaLocation=\"" +
               file.path + "\"/>";
    }
    return out + "</xs:schema>";
}

Status compile(std::vector<SchemaSources::File> const& files, Grammar& grammar) {
    SAX2XMLReaderImpl loader(XMLPlatformUtils::fgMemoryManager, &grammar.pool);
    CompileErrors errors;
    Resolver resolver(&files);
    loader.setErrorHandler(&errors);
    loader.setXMLEntityResolver(&resolver);
    loader.setFeature(XMLUni::fgXercesDisableDefaultEntityResolution, true);
    loader.setFeature(XMLUni::fgXercesSchema, true);
    loader.setFeature(XMLUni::fgXercesSchemaFullChecking, true);
    std::string const entry = entry_schema(files);
    MemBufInputSource source(reinterpret_cast<XMLByte const*>(entry.data()), entry.size(),
                             u"entry");
    xercesc::Grammar* const loaded =
        loader.loadGrammar(source, xercesc::Grammar::SchemaGrammarType, true);
    if (!errors.first.empty()) return Error(Code::kInvalidContent, "schema " + errors.first);
    if (loaded == nullptr) return Error(Code::kInvalidContent, "schemas do not compile");
    grammar.pool.lockPool();
    grammar.own_names = grammar.pool.getURIStringPool()->getStringCount();
    return {};
}

}  // namespace

Result<std::shared_ptr<Grammar>> SchemaSources::current() {
    start_library();
    std::lock_guard lock(mutex_);
    if (!grammar_ || grammar_->worn_out()) {
        auto fresh = std::make_shared<Grammar>();
        TRY(guarded([&] { return compile(files_, *fresh); }));
        grammar_ = std::move(fresh);
    }
    return grammar_;
}

Status run_parser(std::string_view utf8, std::shared_ptr<Grammar> const& grammar,
                  Limits const& limits, DocumentData& document) {
    start_library();
    thread_local std::list<Parser> parsers;  // most recently used first
    auto const fits = [&grammar](Parser const& each) {
        return grammar ? each.uses(grammar.get()) : !each.validating() && !each.worn_out();
    };
    return guarded([&]() -> Status {
        auto found = std::find_if(parsers.begin(), parsers.end(), fits);
        if (found != parsers.end()) {
            parsers.splice(parsers.begin(), parsers, found);
        } else {
            parsers.emplace_front(grammar ? grammar : std::make_shared<Grammar>(),
                                  grammar != nullptr);
            if (parsers.size() > kParsersPerThread) parsers.pop_back();
        }
        Status const status = parsers.front().read(utf8, limits, document);
        // What the library keeps after a failure is not documented: start afresh.
        if (!status) parsers.pop_front();
        return status;
    });
}

}  // namespace musubi::xml
