"""RTSP/TCP client: session, SDP, RTP, H.264 and H.265 depacketisers, quirks of known cameras."""
