"""Names of an invented township. Any likeness to a real one is chance."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    zh: str
    en: str


def _pairs(text: str) -> tuple[Name, ...]:
    return tuple(Name(*pair.split("=")) for pair in text.split("; "))


DISTRICT = Name("澄江区", "Chengjiang District")
TOWN = Name("清渡镇", "Qingdu Town")
TOWN_SHORT = Name("清渡", "Qingdu")
DISTRICT_CODE = "330699"
TOWN_CODE = "330699101"

RIVER = Name("清渡江", "Qingdu River")
BROOKS = _pairs("梅溪=Meixi Brook; 石塘港=Shitang Canal; 柳溪=Liuxi Brook; 西岙溪=Xi'ao Brook")
RESERVOIR = Name("上坞水库", "Shangwu Reservoir")
HILLS = _pairs("凤尾山=Fengwei Hill; 后岭=Houling Ridge; 笔架山=Bijia Hill; 青螺山=Qingluo Hill; 西岙山=Xi'ao Hill")
PARKS = _pairs("渡口公园=Ferry Park; 人民公园=People's Park; 滨河绿地=Riverside Green; 湿地公园=Wetland Park")

COMMUNITIES = _pairs(
    "清渡社区=Qingdu Community; 北门社区=Beimen Community; 河滨社区=Hebin Community; "
    "南桥社区=Nanqiao Community; 兴业社区=Xingye Community"
)
VILLAGES = _pairs(
    "石塘村=Shitang; 梅溪村=Meixi; 前庄村=Qianzhuang; 上坞村=Shangwu; 下坂村=Xiaban; 竹园村=Zhuyuan; "
    "塘湾村=Tangwan; 柳岸村=Liu'an; 双桥村=Shuangqiao; 西岙村=Xi'ao; 枫林村=Fenglin; 新河村=Xinhe"
)

TRUNK = Name("迎宾大道", "Yingbin Avenue")
MAIN = Name("人民路", "Renmin Road")
NORTH_BANK = Name("滨河路", "Binhe Road")
SOUTH_BANK = Name("滨河南路", "South Binhe Road")
TOWN_ROWS = _pairs(
    "南街=South Street; 渡口街=Dukou Street; 解放路=Jiefang Road; 商贸街=Shangmao Street; 文化路=Wenhua Road; "
    "建设路=Jianshe Road; 北环路=North Ring Road; 健康路=Jiankang Road"
)
TOWN_COLUMNS = _pairs(
    "西环路=West Ring Road; 花园路=Huayuan Road; 中兴路=Zhongxing Road; 育才路=Yucai Road; 朝阳路=Chaoyang Road; "
    "青年路=Qingnian Road; 桂花路=Guihua Road; 东环路=East Ring Road; 锦绣路=Jinxiu Road"
)
INDUSTRY_ROWS = _pairs(
    "兴业路=Xingye Road; 创新路=Chuangxin Road; 织造路=Zhizao Road; 科技路=Keji Road; 五金路=Wujin Road"
)
INDUSTRY_COLUMNS = _pairs(
    "工业一路=Gongye 1st Road; 工业二路=Gongye 2nd Road; 工业三路=Gongye 3rd Road; 工业四路=Gongye 4th Road; "
    "工业五路=Gongye 5th Road"
)
NUMERALS = "一二三四五六七八九十"

SURNAMES = _pairs(
    "陈=Chen; 王=Wang; 张=Zhang; 沈=Shen; 金=Jin; 俞=Yu; 徐=Xu; 周=Zhou; 吴=Wu; 李=Li; 傅=Fu; 章=Zhang; 何=He; 孙=Sun; "
    "朱=Zhu; 胡=Hu; 马=Ma; 钱=Qian; 寿=Shou; 楼=Lou; 赵=Zhao; 应=Ying; 蒋=Jiang; 郑=Zheng"
)
GIVEN = _pairs(
    "建国=jianguo; 国强=guoqiang; 美芳=meifang; 秀英=xiuying; 海燕=haiyan; 志明=zhiming; 伟强=weiqiang; 小红=xiaohong; "
    "丽娟=lijuan; 水根=shuigen; 凤仙=fengxian; 永良=yongliang; 国平=guoping; 雅琴=yaqin; 晓东=xiaodong; 卫星=weixing; "
    "金莲=jinlian; 文斌=wenbin; 佳丽=jiali; 立峰=lifeng; 月娥=yuee; 炳荣=bingrong; 春花=chunhua; 利民=limin; "
    "海江=haijiang; 慧敏=huimin; 学军=xuejun; 彩娟=caijuan; 忠林=zhonglin; 爱珍=aizhen"
)
