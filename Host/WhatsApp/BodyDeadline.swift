// Closes a connection whose request does not arrive whole in time: a webhook is a few kilobytes, and a body that never ends
// would hold memory, and the host at its shutdown. One for each connection, on its event loop.
import HTTPTypes
import NIOCore
import NIOHTTPTypes

public final class BodyDeadline: ChannelInboundHandler, RemovableChannelHandler {
    public typealias InboundIn = HTTPRequestPart
    public typealias InboundOut = HTTPRequestPart

    /// Ten times what three megabytes take on a slow line; Meta's own deliveries take milliseconds.
    public static let seconds: Int64 = 10

    private let limit: TimeAmount
    private var timer: Scheduled<Void>?

    public init(limit: TimeAmount = .seconds(BodyDeadline.seconds)) { self.limit = limit }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        case .end:
            timer?.cancel()
            timer = nil
        case .body: break
        }
        context.fireChannelRead(data)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }
}
