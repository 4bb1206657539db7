"""The option lists that are fixed in code, because rules depend on each value.

Lists that provincial staff change (具体职业, 学历, 任现职方式 …) are in `orgs.dictionaries`.
"""

from typing import Final

from django.db.models import TextChoices

Options = tuple[tuple[str, str], ...]


class Variant(TextChoices):
    """The three forms of the guide: 1.1, 1.2 and 2."""

    A = "A", "录入团员团干部"
    B = "B", "录入下级团员"
    C = "C", "录入干部"


class Occupation(TextChoices):
    """职业."""

    WORKER = "worker", "职业青年"
    STUDENT = "student", "青年学生"


class StudyStatus(TextChoices):
    """在读状况; numbers' domains hang on it (指引 3.3)."""

    JUNIOR = "junior", "初中在读"
    SENIOR = "senior", "普通高中在读"
    VOCATIONAL = "vocational", "中等职业教育在读"
    COLLEGE = "college", "普通专科在读"
    BACHELOR = "bachelor", "普通本科在读"
    MASTER = "master", "硕士研究生在读"
    DOCTOR = "doctor", "博士研究生在读"


class PoliticalStatus(TextChoices):
    """政治面貌; 群众 only for a cadre over 28."""

    LEAGUE = "league", "共青团员"
    PARTY = "party", "中共党员"
    PROBATIONARY = "probationary", "中共预备党员"
    MASSES = "masses", "群众"


PARTY_MEMBERS: Final = frozenset({PoliticalStatus.PARTY, PoliticalStatus.PROBATIONARY})


class CadreNature(TextChoices):
    """团干部性质."""

    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"
    SECONDED = "seconded", "挂职"


class PhoneOwner(TextChoices):
    """Whose telephone it is: a student may give a parent's or a teacher's (指引 3.2)."""

    SELF = "self", "本人"
    PARENT = "parent", "家长"
    TEACHER = "teacher", "老师"


YES_NO: Final[Options] = (("yes", "是"), ("no", "否"))


class Ethnicity(TextChoices):
    """民族: GB/T 3304-1991 in its order (member names are its letter codes, values its figures), then 其他."""

    HA = "01", "汉族"
    MG = "02", "蒙古族"
    HU = "03", "回族"
    ZA = "04", "藏族"
    UG = "05", "维吾尔族"
    MH = "06", "苗族"
    YI = "07", "彝族"
    ZH = "08", "壮族"
    BY = "09", "布依族"
    CS = "10", "朝鲜族"
    MA = "11", "满族"
    DO = "12", "侗族"
    YA = "13", "瑶族"
    BA = "14", "白族"
    TJ = "15", "土家族"
    HN = "16", "哈尼族"
    KZ = "17", "哈萨克族"
    DA = "18", "傣族"
    LI = "19", "黎族"
    LS = "20", "傈僳族"
    VA = "21", "佤族"
    SH = "22", "畲族"
    GS = "23", "高山族"
    LH = "24", "拉祜族"
    SU = "25", "水族"
    DX = "26", "东乡族"
    NX = "27", "纳西族"
    JP = "28", "景颇族"
    KG = "29", "柯尔克孜族"
    TU = "30", "土族"
    DU = "31", "达斡尔族"
    ML = "32", "仫佬族"
    QI = "33", "羌族"
    BL = "34", "布朗族"
    SL = "35", "撒拉族"
    MN = "36", "毛南族"
    GL = "37", "仡佬族"
    XB = "38", "锡伯族"
    AC = "39", "阿昌族"
    PM = "40", "普米族"
    TA = "41", "塔吉克族"
    NU = "42", "怒族"
    UZ = "43", "乌孜别克族"
    RS = "44", "俄罗斯族"
    EW = "45", "鄂温克族"
    DE = "46", "德昂族"
    BO = "47", "保安族"
    YG = "48", "裕固族"
    GI = "49", "京族"
    TT = "50", "塔塔尔族"
    DR = "51", "独龙族"
    OR = "52", "鄂伦春族"
    HZ = "53", "赫哲族"
    MB = "54", "门巴族"
    LB = "55", "珞巴族"
    JN = "56", "基诺族"
    OTHER = "97", "其他"
