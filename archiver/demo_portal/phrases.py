"""Invented sentences about a committee of universities that does not exist."""

from random import Random

SLOTS: dict[str, tuple[str, ...]] = {
    "school": (
        "Trường Đại học Sông Nhuệ",
        "Trường Đại học Kỹ nghệ Tây Hồ",
        "Trường Cao đẳng Du lịch Cổ Loa",
        "Trường Đại học Nông lâm Ba Vì",
        "Học viện Âm nhạc Sông Hồng",
        "Trường Cao đẳng Y tế Đông Ngạc",
        "Trường Đại học Sư phạm Hồ Gươm",
        "Trường Cao đẳng Nghề Thanh Trì",
        "Trường Đại học Mở Kẻ Chợ",
    ),
    "body": (
        "Đảng ủy Khối",
        "Ban Thường vụ Đảng ủy Khối",
        "Công đoàn Khối",
        "Đoàn Thanh niên Khối",
        "Ủy ban Kiểm tra Đảng ủy Khối",
        "Hội Cựu chiến binh Khối",
        "Hội Sinh viên Khối",
    ),
    "person": (
        "Trần Hoài Giang",
        "Lê Thục Quyên",
        "Phạm Đăng Khải",
        "Vũ Mỹ Uyên",
        "Đỗ Trọng Nghị",
        "Bùi Như Ý",
        "Ngô Bảo Sơn",
        "Hoàng Thúy Ngân",
        "Đặng Quốc Ưng",
        "Nguyễn Khắc Tiệp",
    ),
    "topic": (
        "chuyển đổi số trong giảng dạy",
        "xây dựng văn hóa học đường",
        "nghiên cứu khoa học của giảng viên trẻ",
        "bồi dưỡng lý luận cho đảng viên mới",
        "phòng cháy, chữa cháy trong ký túc xá",
        "tự chủ đại học",
        "hỗ trợ sinh viên khởi nghiệp",
        "tiết kiệm điện và giấy tờ",
        "kiểm định chất lượng đào tạo",
    ),
    "event": (
        "hội nghị chuyên đề",
        "lớp tập huấn",
        "buổi tọa đàm",
        "đại hội điểm",
        "hội thi",
        "buổi sinh hoạt chính trị",
        "lễ phát động",
        "phiên họp mở rộng",
        "diễn đàn",
    ),
    "move": (
        "phong trào “Giảng đường không khói thuốc”",
        "phong trào “Mỗi tuần một cuốn sách”",
        "cuộc vận động “Thầy cô gương mẫu”",
        "chiến dịch “Mùa hè về làng”",
        "chương trình “Tiếp bước em tới trường”",
        "phong trào “Sinh viên ba tốt”",
    ),
    "place": (
        "hội trường nhà A",
        "thư viện trung tâm",
        "nhà văn hóa sinh viên",
        "giảng đường lớn",
        "sân vận động của trường",
        "phòng họp trực tuyến",
        "khu ký túc xá phía Bắc",
    ),
    "fund": ("Quỹ Đèn sách", "Quỹ Bạn đồng hành", "Quỹ Vì ngày mai", "Quỹ Hạt giống", "Quỹ Tiếp sức"),
    "time": ("Sáng", "Chiều", "Tối", "Trưa"),
}

LEADS = (
    "{time} {day}/{month}, {body} tổ chức {event} về {topic} tại {place} của {school}.",
    "{time} ngày {day}/{month}, tại {place}, {body} phối hợp với {school} mở {event} về {topic} cho {count} đại biểu.",
    "Trong hai ngày {day} và {next_day}/{month}, {count} cán bộ, giảng viên dự {event} về {topic} do {body} chủ trì.",
    "{body} vừa trao {count} suất học bổng của {fund} cho sinh viên {school} có hoàn cảnh khó khăn.",
    "Hưởng ứng {move}, {school} đã huy động {count} lượt sinh viên tham gia trong tháng {month}.",
    "Nhân dịp đầu năm học, {body} đến thăm {school} và làm việc về {topic}.",
)

SENTENCES = (
    "Phát biểu khai mạc, đồng chí {person} nêu rõ yêu cầu của việc {topic} trong năm học tới.",
    "Theo báo cáo, toàn khối hiện có {count} đảng viên sinh hoạt tại {few} chi bộ trực thuộc.",
    "Đồng chí {person} đề nghị các đơn vị rà soát lại kế hoạch, gửi về văn phòng trước ngày {day}/{month}.",
    "Đại diện {school} chia sẻ kinh nghiệm tổ chức {move} với sự tham gia của {count} sinh viên.",
    "Các đại biểu chia thành {few} tổ để thảo luận về {topic}.",
    "Sau phần thảo luận, {body} tiếp thu {few} ý kiến góp ý bằng văn bản.",
    "Kết quả khảo sát cho thấy {percent}% sinh viên được hỏi hài lòng với nơi ở và nhà ăn.",
    "Tại {place}, ban tổ chức trưng bày {few} sản phẩm do giảng viên và sinh viên {school} tự làm.",
    "Ban giám khảo chấm {few} phần thi, trong đó có {few2} phần thi đạt điểm tuyệt đối.",
    "Giải Nhất thuộc về đội {school}, hai giải Nhì được trao cho các đội bạn.",
    "{fund} cho biết sẽ tiếp tục nhận hồ sơ đến hết tháng {month}.",
    "Mỗi suất học bổng trị giá {few} triệu đồng, kèm theo một năm mượn sách miễn phí tại thư viện.",
    "Em {person}, sinh viên năm thứ ba {school}, xúc động cảm ơn các thầy cô đã luôn động viên.",
    "Công tác chuẩn bị nhân sự được tiến hành đúng quy trình, dân chủ và công khai.",
    "Đại hội đã bầu Ban Chấp hành nhiệm kỳ mới gồm {few} đồng chí; đồng chí {person} được bầu làm Bí thư.",
    "Nghị quyết đại hội đặt chỉ tiêu kết nạp {few} đảng viên mới mỗi năm, trong đó quá nửa là sinh viên.",
    "Trong nhiệm kỳ qua, {school} có {few} đề tài cấp bộ và {count} bài báo được công bố.",
    "Lớp học kéo dài {few2} buổi, kết hợp nghe giảng với bài tập tình huống.",
    "Giảng viên {person} giới thiệu bộ tài liệu mới về {topic}, gồm {few} chuyên đề.",
    "Cuối buổi, học viên làm bài thu hoạch; {percent}% bài đạt loại khá trở lên.",
    "Công đoàn {school} thăm hỏi {few} gia đình đoàn viên gặp khó khăn và tặng quà cho các cháu nhỏ.",
    "Đoàn công tác đã kiểm tra thực tế tại {place} và ghi nhận nhiều cách làm hay.",
    "Một số hạn chế cũng được chỉ ra: báo cáo còn chậm, sinh hoạt chi bộ ở vài nơi còn hình thức.",
    "Để khắc phục, {body} yêu cầu mỗi chi bộ chọn một việc cụ thể và hoàn thành trong quý tới.",
    "Từ năm học này, {move} được đưa vào tiêu chí thi đua của các liên chi đoàn.",
    "Tổng kinh phí vận động được là {count} triệu đồng, tăng {percent}% so với cùng kỳ.",
    "Nhà trường bố trí {few} phòng học có mạng không dây để sinh viên tự học buổi tối.",
    "Các bạn trẻ đã trồng {count} cây xanh và dọn sạch đoạn đường quanh {place}.",
    "Đồng chí {person} trao giấy khen cho {few} tập thể và {few2} cá nhân tiêu biểu.",
    "Bên lề {event}, các đơn vị ký giao ước thi đua về {topic}.",
    "Văn phòng {body} sẽ tổng hợp kết quả và thông báo trong kỳ họp sau.",
    "Chương trình văn nghệ do sinh viên {school} biểu diễn khép lại ngày hội trong tiếng vỗ tay.",
    "Theo kế hoạch, {event} tiếp theo diễn ra vào ngày {day}/{month} tại {school}.",
    "Ý kiến của thầy giáo {person} về {topic} nhận được nhiều sự đồng tình.",
    "Số sinh viên tình nguyện đăng ký {move} đã lên tới {count} bạn, đông nhất là khóa mới vào trường.",
    "Cổng đăng ký trực tuyến mở từ ngày {day}/{month}; mỗi trường được cử tối đa {few} người.",
    "Ban tổ chức lưu ý đại biểu mang theo thẻ và có mặt trước giờ khai mạc {few2} phút.",
    "Kết luận buổi làm việc, đồng chí {person} giao {body} theo dõi, đôn đốc việc thực hiện.",
    "Thư viện của {school} vừa nhận thêm {count} đầu sách do cựu sinh viên trao tặng.",
    "Trước đó, {few} trường trong khối đã tổ chức xong hội nghị cấp cơ sở.",
    "Mô hình “Tổ học tập cùng tiến” tại {school} giúp {percent}% sinh viên năm thứ nhất cải thiện kết quả.",
    "Buổi lễ có sự tham dự của {person}, {person2} cùng đông đảo cán bộ, sinh viên.",
)

TITLES = (
    "{body} tổ chức {event} về {topic}",
    "{school}: {event} “Học thật & làm thật” năm {year}",
    "Trao {count} suất học bổng của {fund} cho sinh viên {school}",
    "{body} tập huấn công tác Đoàn & Hội cho {count} cán bộ trẻ",
    "Đại hội Chi bộ {school} nhiệm kỳ {year} - {later_year}",
    'Phát động "{plain_move}" tại {school}',
    "{school} sơ kết {move}",
    "Hướng dẫn số {few}-HD/ĐUK về {topic}",
    "Bí thư {person} thăm & làm việc tại {school}",
    "{count} sinh viên dự {event} về {topic}",
    "Thông báo kết quả {event} tháng {month}/{year}",
    "Gương sáng giảng đường: cô giáo {person} và {fund}",
)

CAPTIONS = (
    "Toàn cảnh {event} tại {place}. Ảnh: {person}",
    "Đồng chí {person} trao giấy khen cho đại diện {school}",
    "Sinh viên {school} hưởng ứng {move}",
    "Các đại biểu chụp ảnh lưu niệm trước {place}",
    "Một tiết mục văn nghệ của sinh viên {school}",
    "Quang cảnh phần thi của đội {school}",
)

DOCUMENTS = (
    ("Tải kế hoạch về {topic} tại đây", "pdf"),
    ("Danh sách {count} sinh viên được nhận học bổng của {fund}", "xls"),
    ("Mẫu báo cáo {event} (kèm theo)", "doc"),
    ("Toàn văn hướng dẫn số {few}-HD/ĐUK", "pdf"),
)


def fill(template: str, chance: Random) -> str:
    """Fill the slots of a template; the first letter becomes a capital."""
    day = chance.randint(1, 27)
    year = chance.randint(2012, 2021)
    words: dict[str, object] = {slot: chance.choice(choices) for slot, choices in SLOTS.items()}
    words |= {"day": day, "next_day": day + 1, "month": chance.randint(1, 12), "year": year, "later_year": year + 5}
    words |= {"count": chance.randint(31, 980), "few": chance.randint(13, 30), "few2": chance.randint(2, 12)}
    words["person"], words["person2"] = chance.sample(SLOTS["person"], 2)
    words["percent"] = chance.randint(51, 99)
    words["plain_move"] = str(words["move"]).partition("“")[2].rstrip("”")
    text = template.format(**words)
    return text[0].upper() + text[1:]
