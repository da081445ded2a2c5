#include "xproxy/wire/Program.h"

#include <array>
#include <bit>

namespace entracte::wire {

namespace {

// Shifts what is found by where an inner message lies in its outer one.
class ShiftingVisitor final : public FieldVisitor {
public:
    ShiftingVisitor(FieldVisitor& visitor, std::uint32_t by) : m_visitor(visitor), m_by(by) {}
    void visit(const FieldRef& field) override {
        FieldRef shifted = field;
        shifted.offset += m_by;
        m_visitor.visit(shifted);
    }

private:
    FieldVisitor& m_visitor;
    std::uint32_t m_by;
};

// One walk through the part of a message that has no fixed layout.
class Walk {
public:
    Walk(std::span<const std::byte> message, ByteOrder order, std::size_t shift,
         FieldVisitor& visitor)
        : m_message(message), m_order(order), m_shift(shift), m_visitor(visitor) {}

    bool run(std::span<const Instruction> code, std::size_t position);

private:
    bool has(std::uint64_t bytes) const {
        return m_position <= m_message.size() && bytes <= m_message.size() - m_position;
    }
    // `count` things of `size` bytes; neither product nor sum can overflow.
    bool hasMany(std::uint64_t count, std::uint64_t size) const {
        return has(0) && count <= (m_message.size() - m_position) / size;
    }
    std::uint64_t number(std::size_t at, std::size_t size) const;
    void visit(std::size_t at, std::uint8_t size, FieldKind kind, bool isList,
               bool bigEndian = false) {
        m_visitor.visit({static_cast<std::uint32_t>(at), size, kind, isList, bigEndian});
    }

    bool load(const Instruction& instruction, std::size_t at);
    bool compute(Op op);
    bool list(const Instruction& instruction);
    bool sumList(const Instruction& instruction);
    void glyphItems(std::size_t unit);
    void textItems(std::size_t unit);

    std::uint64_t& top() { return m_stack[m_depth - 1]; }
    std::uint64_t pop() { return m_stack[--m_depth]; }
    void push(std::uint64_t value) { m_stack[m_depth++] = value; }

    std::span<const std::byte> m_message;
    ByteOrder m_order;
    std::size_t m_shift; // of everything after the first 4 bytes: 4 with BIG-REQUESTS
    FieldVisitor& m_visitor;
    std::size_t m_position = 0;
    std::array<std::uint64_t, kSlots> m_slots;
    std::array<std::uint64_t, kStackDepth> m_stack;
    std::size_t m_depth = 0;
};

std::uint64_t Walk::number(std::size_t at, std::size_t size) const {
    const std::byte* from = m_message.data() + at;
    switch (size) {
    case 1:
        return wire::load<std::uint8_t>(from, m_order);
    case 2:
        return wire::load<std::uint16_t>(from, m_order);
    case 4:
        return wire::load<std::uint32_t>(from, m_order);
    default:
        return wire::load<std::uint64_t>(from, m_order);
    }
}

bool Walk::load(const Instruction& instruction, std::size_t at) {
    if (at > m_message.size() || m_message.size() - at < instruction.b)
        return false;
    m_slots[instruction.a] = number(at, instruction.b);
    return true;
}

bool Walk::compute(Op op) {
    const std::uint64_t right = pop();
    switch (op) {
    case Op::Add:
        top() += right;
        return true;
    case Op::Subtract: // below zero becomes more than any message holds
        top() -= right;
        return true;
    case Op::Multiply:
        top() *= right;
        return true;
    case Op::Divide:
        if (right == 0)
            return false;
        top() /= right;
        return true;
    case Op::And:
        top() &= right;
        return true;
    case Op::Shift:
        top() = right < 64 ? top() << right : 0;
        return true;
    case Op::Not:
        push(static_cast<std::uint32_t>(~right));
        return true;
    default: // PopCount
        push(static_cast<std::uint64_t>(std::popcount(right)));
        return true;
    }
}

bool Walk::sumList(const Instruction& instruction) {
    const std::size_t offset = instruction.c >> 16;
    const std::size_t size = instruction.c >> 8 & 0xff;
    const bool countBits = (instruction.c & 0xff) != 0;
    const std::uint64_t count = top();
    if (!hasMany(count, instruction.b))
        return false;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t value = number(m_position + i * instruction.b + offset, size);
        sum += countBits ? static_cast<std::uint64_t>(std::popcount(value)) : value;
    }
    m_slots[instruction.a] = sum;
    return true;
}

bool Walk::list(const Instruction& instruction) {
    const std::uint64_t count = pop();
    const std::size_t size = instruction.op == Op::ListSkip ? instruction.c : instruction.b;
    if (!hasMany(count, size))
        return false;
    if (instruction.op == Op::ListVisit) {
        for (std::uint64_t i = 0; i < count; ++i)
            visit(m_position + i * size, static_cast<std::uint8_t>(size),
                  static_cast<FieldKind>(instruction.a), true);
    } else if (instruction.op == Op::ListPlaces) {
        const auto places = kElementPlaces.subspan(instruction.c, instruction.a);
        for (std::uint64_t i = 0; i < count; ++i)
            for (const Place& place : places)
                visit(m_position + i * size + place.offset, place.size, place.kind, true);
    }
    m_position += count * size;
    return true;
}

// RENDER protocol, "CompositeGlyphs": an item is a count (byte), 3 bytes of padding, two deltas,
// and its glyphs, padded to 4 bytes. The count 255 means: no glyphs, but another glyph set's id.
void Walk::glyphItems(std::size_t unit) {
    constexpr std::size_t kHeader = 8;
    while (has(kHeader)) {
        const std::uint64_t count = number(m_position, 1);
        m_position += kHeader;
        if (count == 255) {
            if (has(4))
                visit(m_position, 4, FieldKind::GlyphSet, true);
            m_position += 4;
        } else {
            m_position += (count * unit + 3) / 4 * 4;
        }
    }
}

// X protocol, "PolyText8": an item is a count (byte), a delta, and its characters. The count 255 is
// followed by a font's id, "with the most significant byte first" in any byte order. What is left
// at the end and cannot be an item is padding; the server's bounds are these (doPolyText).
void Walk::textItems(std::size_t unit) {
    constexpr std::size_t kHeader = 2;
    constexpr std::size_t kFontItem = 5;
    while (has(kHeader + 1)) {
        const std::uint64_t count = number(m_position, 1);
        if (count != 255) {
            m_position += kHeader + count * unit;
            continue;
        }
        if (!has(kFontItem))
            return;
        visit(m_position + 1, 4, FieldKind::Font, true, true);
        m_position += kFontItem;
    }
}

bool Walk::run(std::span<const Instruction> code, std::size_t position) {
    m_position = position;
    for (std::size_t next = 0;;) {
        const Instruction& instruction = code[next++];
        switch (instruction.op) {
        case Op::End:
            return true;
        case Op::LoadFixed:
            if (!load(instruction, instruction.c + (instruction.c >= 4 ? m_shift : 0)))
                return false;
            break;
        case Op::Load:
            if (!load(instruction, m_position + instruction.c))
                return false;
            break;
        case Op::Visit: {
            const auto size = static_cast<std::uint8_t>(instruction.b);
            if (!has(std::uint64_t{instruction.c} + size))
                return false;
            visit(m_position + instruction.c, size, static_cast<FieldKind>(instruction.a),
                  (instruction.b & 0x100) != 0);
            break;
        }
        case Op::Skip:
            if (!has(instruction.c))
                return false;
            m_position += instruction.c;
            break;
        case Op::Align:
            m_position = (m_position + instruction.a - 1) / instruction.a * instruction.a;
            break;
        case Op::PushNumber:
            push(instruction.c);
            break;
        case Op::PushSlot:
            push(m_slots[instruction.a]);
            break;
        case Op::PushRest:
            push(has(0) ? (m_message.size() - m_position) / instruction.c : 0);
            break;
        case Op::Store:
            m_slots[instruction.a] = pop();
            break;
        case Op::Add:
        case Op::Subtract:
        case Op::Multiply:
        case Op::Divide:
        case Op::And:
        case Op::Shift:
        case Op::Not:
        case Op::PopCount:
            if (!compute(instruction.op))
                return false;
            break;
        case Op::SumList:
            if (!sumList(instruction))
                return false;
            break;
        case Op::ListSkip:
        case Op::ListVisit:
        case Op::ListPlaces:
            if (!list(instruction))
                return false;
            break;
        case Op::LoopBegin:
            m_slots[instruction.a] = pop();
            if (!hasMany(m_slots[instruction.a], instruction.c))
                return false;
            if (m_slots[instruction.a] == 0)
                next = instruction.b;
            break;
        case Op::LoopEnd:
            if (--m_slots[instruction.a] != 0)
                next = instruction.b + std::size_t{1};
            break;
        case Op::LoopRestBegin:
            m_slots[instruction.a] = m_position;
            if (!has(instruction.c))
                next = instruction.b;
            break;
        case Op::LoopRestEnd:
            if (m_position <= m_slots[instruction.a])
                return false;
            next = instruction.b;
            break;
        case Op::JumpUnlessMask:
            if ((m_slots[instruction.a] & instruction.c) == 0)
                next = instruction.b;
            break;
        case Op::JumpIfEqual:
            if (m_slots[instruction.a] == instruction.c)
                next = instruction.b;
            break;
        case Op::Jump:
            next = instruction.b;
            break;
        case Op::BoundBegin: {
            const std::uint64_t length = pop();
            if (!has(length))
                return false;
            m_slots[instruction.a] = m_position + length;
            break;
        }
        case Op::BoundEnd:
            if (m_position > m_slots[instruction.a])
                return false;
            m_position = m_slots[instruction.a];
            break;
        case Op::GlyphItems:
            glyphItems(instruction.a);
            break;
        case Op::TextItems:
            textItems(instruction.a);
            break;
        }
    }
}

} // namespace

bool walkFields(const MessageSchema& schema, std::span<const std::byte> message, ByteOrder order,
                bool bigRequest, FieldVisitor& visitor) {
    const Program& program = kPrograms[schema.program];
    const std::size_t shift = bigRequest ? 4 : 0;
    for (const Place& place : kPlaces.subspan(program.firstPlace, program.placeCount)) {
        const std::size_t at = place.offset + (place.offset >= 4 ? shift : 0);
        if (at + place.size > message.size())
            return false;
        visitor.visit({static_cast<std::uint32_t>(at), place.size, place.kind, place.isList});
    }
    if (message.size() < program.minimum + shift)
        return false;
    if (program.instructionCount == 0)
        return true;
    const auto code = kInstructions.subspan(program.firstInstruction, program.instructionCount);
    return Walk(message, order, shift, visitor).run(code, program.minimum + shift);
}

bool walkFieldsAt(const MessageSchema& schema, std::span<const std::byte> outer, std::size_t at,
                  std::size_t size, ByteOrder order, FieldVisitor& visitor) {
    if (at > outer.size() || outer.size() - at < size)
        return false;
    ShiftingVisitor shifting(visitor, static_cast<std::uint32_t>(at));
    return walkFields(schema, outer.subspan(at, size), order, false, shifting);
}

} // namespace entracte::wire
