#include "core/mining/transaction_texts.h"

#include <algorithm>
#include <string_view>

namespace warp::mining {

std::shared_ptr<const BlockTemplate>
TransactionTexts::intern(const std::shared_ptr<const BlockTemplate>& source)
{
    if (!source->transactionsHex || source->transactionsHex->size() != 1) {
        return source;
    }
    auto interned = std::make_shared<BlockTemplate>(*source);
    auto parts = std::make_shared<HexText>();
    parts->reserve(source->transactions.size());
    interned->newTextBytes = 0;
    std::string_view rest = *source->transactionsHex->front();
    for (const TemplateTransaction& transaction : source->transactions) {
        const std::string_view text = rest.substr(0, transaction.hexLength);
        rest.remove_prefix(text.size());
        Text known = find(transaction.wtxid, text);
        if (!known) {
            known = std::make_shared<const std::string>(text);
            m_texts[transaction.wtxid] = known;
            interned->newTextBytes += text.size();
        }
        parts->push_back(std::move(known));
    }
    interned->transactionsHex = std::move(parts);
    if (m_texts.size() >= m_sweepAt) {
        sweep();
    }
    return interned;
}

TransactionTexts::Text TransactionTexts::find(const bitcoin::Hash256& wtxid, std::string_view text)
{
    const auto it = m_texts.find(wtxid);
    if (it == m_texts.end()) {
        return nullptr;
    }
    // The node's word for the hash is not checked, so the texts are.
    Text known = it->second.lock();
    return known && *known == text ? known : nullptr;
}

void TransactionTexts::sweep()
{
    std::erase_if(m_texts, [](const auto& entry) { return entry.second.expired(); });
    constexpr std::size_t LEAST = 4096;
    m_sweepAt = std::max(LEAST, 2 * m_texts.size());
}

} // namespace warp::mining
