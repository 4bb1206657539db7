"""Every rule by its code, for people: what it says and where it comes from. `manage.py rules_doc` makes docs/规则.md of it."""

from dataclasses import dataclass

OURS = "本系统约定"
GB = "GB 11643-1999"


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise; several codes where it is said of several fields. `marks` is the function of marks.py that decides it."""

    codes: tuple[str, ...]
    source: str
    words: str
    marks: str = ""


BOOK: dict[str, tuple[Rule, ...]] = {
    "必填": (
        Rule(
            (
                *("name_missing", "id_number_missing", "id_number_again_missing", "ethnicity_missing"),
                *("occupation_missing", "education_missing", "political_status_missing", "joined_on_missing"),
                *("phone_missing", "volunteer_missing"),
            ),
            "指引 1.1（1）、2.2",
            "三张表都必填：姓名、身份证号码（两次）、民族、职业、学历、政治面貌、入团时间、手机号码、是否成为注册志愿者",
            "_always",
        ),
        Rule(
            ("is_cadre_missing", "address_missing"),
            "指引 1.1、2.2",
            "表 A、B 必填，表 C 没有：是否团干部、户籍地址",
            "_always",
        ),
        Rule(
            ("study_status_missing",),
            "指引 1.1（1）、3.3",
            "职业为青年学生的，必填在读状况",
            "_by_occupation",
        ),
        Rule(
            ("occupation_detail_missing",),
            "指引 1.1（1）",
            "职业不是青年学生的，必填具体职业",
            "_by_occupation",
        ),
        Rule(
            ("number_missing",),
            "指引 1.3（2）",
            "入团时间在2017年1月1日及以后的，必填发展团员编号；新疆（含兵团）的团组织从2016年1月1日起",
            "_by_joining",
        ),
        Rule(
            ("file_missing",),
            "指引 3.1",
            "入团时间在2020年1月1日及以后的，必须上传入团志愿书；以前的选填",
            "_by_joining",
        ),
        Rule(
            ("joined_party_on_missing",),
            "指引 1.1（1）",
            "中共党员、中共预备党员必填入党时间；其他人不填",
            "_by_party",
        ),
        Rule(
            (
                *("title_missing", "post_since_missing", "appointed_by_missing", "cadre_nature_missing"),
                "on_party_committee_missing",
            ),
            "指引 1.1（2）、2.2",
            "团干部必填：团内现任职务、任现职年月、任现职方式、团干部性质、是否同级党（工）委（党支部）委员",
            "_by_post",
        ),
        Rule(("on_duty_missing",), "指引 2.2", "表 C 必填在岗状态", "_by_post"),
        Rule(
            ("applied_missing",),
            "指引 1.3（3）",
            "录入当天已满18周岁的，必填是否递交入党申请书；未满的不问。身份证号码未填对时选填",
            "_by_party",
        ),
        Rule(("applied_on_missing",), "指引 1.1（1）", "已递交入党申请书的，必填递交时间", "_by_party"),
        Rule(
            ("volunteer_since_missing",),
            "指引 1.1（1）",
            "已成为注册志愿者的，必填成为注册志愿者的时间",
            "field_states",
        ),
    ),
    "选项": (
        Rule(("choice_unknown",), OURS, "所选的值必须在选项之内"),
        Rule(("masses_not_open",), OURS, "群众只适用于超过28周岁（即已满29周岁）的团干部"),
        Rule(
            ("education_unusual",),
            "指引 3.4",
            "提醒，可确认：学历按当前最高学历选择，与在读状况一般对应的不同时请核对",
        ),
    ),
    "身份证号码": (
        Rule(("id_characters", "id_length"), GB, "18 位：17 位数字，末位数字或 X；全角、小写和空格自动改正"),
        Rule(("id_check_digit",), GB, "校验位必须正确"),
        Rule(("id_date",), GB, "出生日期必须真实存在"),
        Rule(("id_future", "id_too_old"), OURS, "出生日期不晚于今天，年龄不超过 100 周岁"),
        Rule(
            ("id_province", "id_permit"),
            "GB/T 2260",
            "前两位是省级代码；港澳台居民居住证前六位为 810000、820000、830000",
        ),
        Rule(
            ("county_unknown",),
            OURS,
            "提醒，可确认：前六位不在历年行政区划代码之内，或出生前早已停用。从不因此拒绝",
        ),
        Rule(("id_mismatch",), "指引 1.1", "两次填写必须一致"),
    ),
    "发展团员编号": (
        Rule(
            ("number_shape",),
            OURS,
            "2017 年及以后入团的为 12 位数字；以前入团的多于 4 个字符；201516、201617 开头的一批为 16 位",
        ),
        Rule(("number_province",), "GB/T 2260", "12 位编号的第 5、6 位是省级代码，66 为兵团"),
        Rule(
            ("number_year",),
            OURS,
            "前四位为入团年份；2017、2018 年可互用；16 位的 201516 用于 2015、2016 年，201617 用于 2016、2017 年",
        ),
    ),
    "号段和领域": (
        Rule(
            ("number_segment",),
            "指引 3.7、3.8",
            "2023 年起（可设置）的编号须在本组织或上级组织的号段之内；已办退伍团员备案的除外（指引 3.9）",
        ),
        Rule(
            ("number_domain",),
            "指引 3.3、3.5",
            "学校领域的编号，职业为青年学生且在读状况与编号所属领域相符；社会领域的，职业为职业青年。只在录入时核对",
        ),
    ),
    "年龄和日期": (
        Rule(
            ("date_unreadable",), OURS, "日期能识别：2023-09-01、2023/9/1、20230901、2023年9月1日，年月同样"
        ),
        Rule(
            (
                *("joined_on_future", "joined_party_on_future", "post_since_future"),
                *("applied_on_future", "volunteer_since_future"),
            ),
            OURS,
            "日期不晚于今天，年月不晚于本月",
        ),
        Rule(("joined_too_young",), OURS, "入团时已满 14 周岁；2017 年以前入团的已满 12 周岁"),
        Rule(("joined_too_old",), OURS, "入团时不超过 28 周岁（未满 29 周岁）"),
        Rule(("party_too_young",), OURS, "入党时已满 18 周岁，按年月判断"),
        Rule(("applied_too_young",), OURS, "递交入党申请书时已满 18 周岁"),
        Rule(("party_member_not_applied",), OURS, "中共党员、中共预备党员是否递交入党申请书应为是"),
        Rule(("applied_after_party",), OURS, "递交入党申请书不晚于入党，按年月判断"),
        Rule(("post_before_joining",), OURS, "任现职年月不早于入团年月"),
        Rule(
            ("ended_on_missing", "ended_on_future", "ended_before_post"),
            OURS,
            "登记离任必填离任年月，不晚于本月，不早于任现职年月",
        ),
        Rule(("volunteer_before_birth",), OURS, "成为注册志愿者不早于出生"),
        Rule(("over_28",), OURS, "提醒，可确认：超过 28 周岁的应为团干部、中共党员或中共预备党员"),
    ),
    "文字": (
        Rule(
            ("name_characters", "name_length"),
            OURS,
            "姓名 2 至 50 个字：汉字（含生僻字）、字母和间隔号，没有数字",
        ),
        Rule(("phone_shape",), "指引 3.2", "手机号码 11 位，1[3-9] 开头；可填家长或老师的，可重复"),
        Rule(
            ("address_shape", "email_shape", "qq_shape", "wechat_shape", "weibo_shape", "too_long"),
            OURS,
            "户籍地址、电子邮箱、QQ、微信、微博填写了就检查格式和长度",
        ),
    ),
}
