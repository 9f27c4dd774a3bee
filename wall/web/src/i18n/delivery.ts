/** Words of how pictures get to the page, both languages side by side. */
export const delivery = {
  zh: {
    delivery: {
      transcoded: '转码',
      transcodedHint: '浏览器不能播放此摄像机的 H.265，画面由服务器转码：较小、帧率较低',
      compatible: '未用 HTTPS',
      compatibleHint: '本页未以 HTTPS 打开，浏览器只能用兼容方式播放：画面延迟更大，同屏路数更少。请改用 HTTPS 地址',
      noMain: {
        codec: '主码流：浏览器不支持',
        refused: '主码流：摄像机拒绝',
        late: '主码流：未收到画面',
        stalled: '主码流：已中断',
      },
      transcodingFull: '浏览器不能播放 H.265，转码路数已满',
      transcodingFailed: '浏览器不能播放 H.265，转码失败',
    },
  },
  en: {
    delivery: {
      transcoded: 'transcoded',
      transcodedHint: 'This browser cannot play the camera’s H.265: the server transcodes it, smaller and with fewer pictures a second',
      compatible: 'no HTTPS',
      compatibleHint: 'This page was not opened by HTTPS: the browser plays pictures later and fewer at once. Use the HTTPS address',
      noMain: {
        codec: 'main stream: not playable here',
        refused: 'main stream: refused by camera',
        late: 'main stream: no picture came',
        stalled: 'main stream: interrupted',
      },
      transcodingFull: 'H.265 must be transcoded for this browser, and all places are taken',
      transcodingFailed: 'H.265 must be transcoded for this browser, and that failed',
    },
  },
}
