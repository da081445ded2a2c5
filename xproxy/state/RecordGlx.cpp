// GLX for programs that draw by themselves: contexts and drawables by name.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace glx = wire::glx;

namespace {

void create(const RequestContext& c, wire::Field<std::uint32_t> idField, std::size_t share,
            std::size_t drawable) {
    const ClientXid id = xidOf(c.view, idField);
    if (!c.mayCreate(id))
        return;
    const auto made = c.record.create<GlxObject>(id, c.client);
    made->request = copyOf(c.view.bytes());
    made->share = share;
    made->drawable = drawable;
    c.effects.created = id;
}

} // namespace

void recordGlxRequest(const RequestContext& c) {
    switch (c.opcode) {
    case glx::kCreateContext:
        create(c, glx::CreateContext::context, glx::CreateContext::share_list.offset, 0);
        break;
    case glx::kCreateNewContext:
        create(c, glx::CreateNewContext::context, glx::CreateNewContext::share_list.offset, 0);
        break;
    case glx::kCreateContextAttribsARB:
        create(c, glx::CreateContextAttribsARB::context,
               glx::CreateContextAttribsARB::share_list.offset, 0);
        break;
    case glx::kCreateGLXPixmap:
        create(c, glx::CreateGLXPixmap::glx_pixmap, 0, glx::CreateGLXPixmap::pixmap.offset);
        break;
    case glx::kCreatePixmap:
        create(c, glx::CreatePixmap::glx_pixmap, 0, glx::CreatePixmap::pixmap.offset);
        break;
    case glx::kCreatePbuffer:
        create(c, glx::CreatePbuffer::pbuffer, 0, 0);
        break;
    case glx::kCreateWindow:
        create(c, glx::CreateWindow::glx_window, 0, glx::CreateWindow::window.offset);
        break;
    case glx::kDestroyContext:
    case glx::kDestroyGLXPixmap:
    case glx::kDestroyPixmap:
    case glx::kDestroyPbuffer:
    case glx::kDeleteWindow:
        c.record.forget<GlxObject>(xidOf(c.view, glx::DestroyContext::context));
        break;
    case glx::kClientInfo:
    case glx::kSetClientInfoARB:
    case glx::kSetClientInfo2ARB:
        c.stick(ClientXid::None);
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
