#include "platform/xml/canonical.h"

#include <xercesc/dom/DOM.hpp>
#include <xercesc/framework/MemBufInputSource.hpp>
#include <xercesc/parsers/XercesDOMParser.hpp>
#include <xercesc/sax/ErrorHandler.hpp>
#include <xercesc/sax/SAXException.hpp>
#include <xercesc/util/OutOfMemoryException.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/XMLUni.hpp>
#include <xsec/canon/XSECC14n20010315.hpp>
#include <xsec/framework/XSECException.hpp>
#include <xsec/utils/XSECPlatformUtils.hpp>

#include <array>

namespace musubi::xml {
namespace {

using namespace xercesc;  // NOLINT: this file is the library's wrapper

constexpr char16_t const* kSignatureNamespace = u"http://www.w3.org/2000/09/xmldsig#";

void start_library() {
    // Never terminated, as the parsers.
    static bool const started = [] {
        XMLPlatformUtils::Initialize();
        XSECPlatformUtils::Initialise();
        return true;
    }();
    (void)started;
}

/// The text was read once already; a complaint now means that the two readings differ.
class Strict final : public ErrorHandler {
public:
    void warning(SAXParseException const&) override {}
    void error(SAXParseException const&) override { failed = true; }
    void fatalError(SAXParseException const&) override { failed = true; }
    void resetErrors() override {}
    bool failed = false;
};

bool is_element(DOMNode const* node, char16_t const* local) {
    return node->getNodeType() == DOMNode::ELEMENT_NODE &&
           XMLString::equals(node->getNamespaceURI(), kSignatureNamespace) &&
           XMLString::equals(node->getLocalName(), local);
}

template <class Fn>
auto guarded(Fn&& fn) -> std::invoke_result_t<Fn&> {
    Error const failed(Code::kInvalidContent, "canonicalisation failed");
    try {
        return fn();
    } catch (XMLException const&) {
        return failed;
    } catch (DOMException const&) {
        return failed;
    } catch (SAXException const&) {
        return failed;
    } catch (XSECException&) {
        return failed;
    } catch (OutOfMemoryException const&) {
        return Error(Code::kTooLarge, "out of memory");
    } catch (std::exception const&) {
        return failed;
    }
}

std::string canonical(DOMDocument* document, DOMNode* start, CanonicalMethod method) {
    XSECC14n20010315 writer(document, start);
    writer.setCommentsProcessing(method.comments);
    switch (method.form) {
        case CanonicalForm::kInclusive: break;
        case CanonicalForm::kInclusive11: writer.setInclusive11(); break;
        case CanonicalForm::kExclusive:
            if (method.inclusive_prefixes.empty()) {
                writer.setExclusive();
            } else {
                writer.setExclusive(method.inclusive_prefixes.data());
            }
    }
    std::string out;
    std::array<unsigned char, 4096> piece{};
    while (XMLSize_t const size = writer.outputBuffer(piece.data(), piece.size()))
        out.append(reinterpret_cast<char const*>(piece.data()), size);
    return out;
}

CanonicalMethod exclusive(std::string const& prefixes) {
    return {CanonicalForm::kExclusive, false, prefixes};
}

/// The document's root.
Result<DOMElement*> read_dom(XercesDOMParser& parser, std::string_view utf8) {
    Strict judge;
    parser.setValidationScheme(XercesDOMParser::Val_Never);
    parser.setDoNamespaces(true);
    parser.setDoSchema(false);
    parser.setLoadExternalDTD(false);
    parser.setDisableDefaultEntityResolution(true);
    parser.setCreateEntityReferenceNodes(false);
    parser.setErrorHandler(&judge);
    MemBufInputSource source(reinterpret_cast<XMLByte const*>(utf8.data()), utf8.size(),
                             u"document");
    source.setEncoding(XMLUni::fgUTF8EncodingString);
    source.setCopyBufToStream(false);
    parser.parse(source);
    parser.setErrorHandler(nullptr);
    DOMDocument* const document = parser.getDocument();
    if (judge.failed || document == nullptr || document->getDoctype() != nullptr)
        return Error(Code::kInvalidContent, "not well-formed");
    return document->getDocumentElement();
}

/// Null: none stands there.
DOMNode* at_place(DOMNode* node, std::span<std::size_t const> place) {
    for (std::size_t const number : place) {
        std::size_t passed = 0;
        DOMNode* child = node->getFirstChild();
        for (; child != nullptr; child = child->getNextSibling()) {
            if (child->getNodeType() == DOMNode::ELEMENT_NODE && passed++ == number) break;
        }
        if (child == nullptr) return nullptr;
        node = child;
    }
    return node;
}

}  // namespace

struct CanonicalDocument::Impl {
    XercesDOMParser parser;
    DOMElement* root = nullptr;
};

CanonicalDocument::CanonicalDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CanonicalDocument::CanonicalDocument(CanonicalDocument&&) noexcept = default;
CanonicalDocument::~CanonicalDocument() = default;

Result<CanonicalDocument> CanonicalDocument::open(std::string_view utf8) {
    start_library();
    return guarded([&]() -> Result<CanonicalDocument> {
        auto impl = std::make_unique<Impl>();
        impl->root = TRY(read_dom(impl->parser, utf8));
        return CanonicalDocument(std::move(impl));
    });
}

Result<std::string> CanonicalDocument::part(std::span<std::size_t const> place,
                                            CanonicalMethod const& method) {
    return guarded([&]() -> Result<std::string> {
        DOMNode* const node = at_place(impl_->root, place);
        if (node == nullptr) return Error(Code::kInvalidContent, "no element stands there");
        return canonical(impl_->parser.getDocument(), node, method);
    });
}

Result<std::string> CanonicalDocument::without(std::span<std::size_t const> place,
                                               CanonicalMethod const& method) {
    return guarded([&]() -> Result<std::string> {
        DOMNode* const node = at_place(impl_->root, place);
        if (node == nullptr || node == impl_->root)
            return Error(Code::kInvalidContent, "no element stands there");
        node->getParentNode()->removeChild(node)->release();
        return canonical(impl_->parser.getDocument(), impl_->root, method);
    });
}

struct EnvelopedDocument::Impl {
    XercesDOMParser parser;
    DOMElement* root = nullptr;
    DOMNode* signature = nullptr;
    DOMNode* info = nullptr;

    Status read(std::string_view utf8) {
        root = TRY(read_dom(parser, utf8));
        return find();
    }

    Status find() {
        for (DOMNode* at = root->getFirstChild(); at != nullptr; at = at->getNextSibling()) {
            if (!is_element(at, u"Signature")) continue;
            if (signature != nullptr) return Error(Code::kInvalidContent, "two signatures");
            signature = at;
        }
        if (signature == nullptr) return Error(Code::kInvalidContent, "no signature");
        for (DOMNode* at = signature->getFirstChild(); at != nullptr && info == nullptr;
             at = at->getNextSibling()) {
            if (at->getNodeType() == DOMNode::ELEMENT_NODE) info = at;
        }
        if (info == nullptr || !is_element(info, u"SignedInfo"))
            return Error(Code::kInvalidContent, "signature without SignedInfo");
        return {};
    }
};

EnvelopedDocument::EnvelopedDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EnvelopedDocument::EnvelopedDocument(EnvelopedDocument&&) noexcept = default;
EnvelopedDocument::~EnvelopedDocument() = default;

Result<EnvelopedDocument> EnvelopedDocument::open(std::string_view utf8) {
    start_library();
    return guarded([&]() -> Result<EnvelopedDocument> {
        auto impl = std::make_unique<Impl>();
        TRY(impl->read(utf8));
        return EnvelopedDocument(std::move(impl));
    });
}

Result<std::string> EnvelopedDocument::signed_info(std::string const& inclusive_prefixes) {
    return guarded([&]() -> Result<std::string> {
        return canonical(impl_->parser.getDocument(), impl_->info, exclusive(inclusive_prefixes));
    });
}

Result<std::string> EnvelopedDocument::content(std::string const& inclusive_prefixes) {
    return guarded([&]() -> Result<std::string> {
        impl_->root->removeChild(impl_->signature)->release();
        impl_->signature = impl_->info = nullptr;
        return canonical(impl_->parser.getDocument(), impl_->root, exclusive(inclusive_prefixes));
    });
}

}  // namespace musubi::xml
